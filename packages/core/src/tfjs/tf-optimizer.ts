import * as tf from '@tensorflow/tfjs';
import { LEARNING_RATE, WEIGHT_DECAY } from '@fdr/records';
import type { Optimizer, Velocity } from '../optimizers/optimizer.js';
import { inRange, OptionError } from '../validate.js';
import { zip } from '../zip.js';
import type { ObservedStep } from './monitor.js';
import { optimizerVariables } from './optimizer-variables.js';
import { savedOptimizer } from './saved-optimizer.js';

/** Options of {@link tfOptimizer}. */
export interface TfOptimizerOptions {
  /** eta, in [0, 1e12]. */
  readonly learningRate: number;
  /** lambda of `1/2 lambda |theta|^2` over every parameter that is trained, biases too; in [0, 1e6], 0 by default. */
  readonly weightDecay?: number | undefined;
}

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];
type Weights = Awaited<ReturnType<tf.Optimizer['getWeights']>>;

/** The variables that have a gradient, and it: TensorFlow.js names frozen and unused ones too, without one. */
function slopesOf(given: Gradients): { readonly variable: tf.Variable; readonly gradient: tf.Tensor }[] {
  const entries: readonly { readonly name: string; readonly tensor?: tf.Tensor | null }[] = Array.isArray(given)
    ? given
    : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
  return entries.flatMap(({ name, tensor }) => {
    if (!tensor) return [];
    const variable = tf.engine().registeredVariables[name];
    if (!variable) throw new Error(`a gradient came for "${name}", which is no variable of TensorFlow.js`);
    return [{ variable, gradient: tensor }];
  });
}

const tensorsOf = ({ scale, tensors }: Velocity): readonly tf.Tensor[] =>
  scale === 1 ? tensors : tensors.map((tensor) => tf.mul(scale, tensor));

const checkedRate = (value: number): number => inRange('learningRate', value, { ...LEARNING_RATE, min: 0 });

/** An optimizer of this package in the shape of TensorFlow.js's own: see {@link tfOptimizer}. */
export class TfOptimizer extends tf.Optimizer {
  // A getter as in TensorFlow.js: a static field would keep bundlers from leaving the class out.
  static get className(): string {
    return 'FdrOptimizer';
  }

  readonly optimizer: Optimizer;
  readonly #variables: ReturnType<typeof optimizerVariables>;
  #learningRate: number;
  #weightDecay: number;
  /** Made by the last `getWeights`. */
  #iterations: tf.Tensor | undefined;
  #observer: ((step: ObservedStep) => void) | undefined;

  constructor(optimizer: Optimizer, { learningRate, weightDecay = 0 }: TfOptimizerOptions) {
    super();
    if (optimizer.gradientPoint)
      throw new OptionError('optimizer', 'one whose gradients are taken at the parameters', optimizer.settings.kind);
    this.optimizer = optimizer;
    this.#variables = optimizerVariables(optimizer);
    this.#learningRate = checkedRate(learningRate);
    this.#weightDecay = inRange('weightDecay', weightDecay, WEIGHT_DECAY);
  }

  /** eta of the next step. @throws OptionError when it is set to what is not in [0, 1e12] */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = checkedRate(value);
  }

  /** lambda of the next step. @throws OptionError when it is set to what is not in [0, 1e6] */
  get weightDecay(): number {
    return this.#weightDecay;
  }

  set weightDecay(value: number) {
    this.#weightDecay = inRange('weightDecay', value, WEIGHT_DECAY);
  }

  /**
   * Calls this with each step before its update is stored: `monitor().observe`. Undefined: nobody.
   *
   * @throws OptionError unless the optimizer is SGD, for whose updates alone O_R is defined
   */
  set observer(observer: ((step: ObservedStep) => void) | undefined) {
    const { dynamics, settings } = this.optimizer;
    if (observer && !dynamics)
      throw new OptionError('observer', 'left out with an optimizer whose O_R is not defined', settings.kind);
    this.#observer = observer;
  }

  override applyGradients(given: Gradients): void {
    const slopes = slopesOf(given);
    tf.tidy(() => {
      const parameters = slopes.map(({ variable }) => variable);
      const names = parameters.map(({ name }) => name);
      const gradients = slopes.map(({ variable, gradient }) =>
        this.#weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(this.#weightDecay, variable)),
      );
      const state = this.#variables.of(parameters);
      const updated = this.optimizer.update(parameters, gradients, state, tf.scalar(this.#learningRate));
      const named = (tensors: readonly tf.Tensor[]) => Object.fromEntries(zip(names, tensors));
      this.#observer?.({
        parameters: named(parameters),
        gradients: named(gradients),
        // Without momentum it is the gradient's, and need not be computed.
        velocity: this.optimizer.dynamics?.momentum && updated.velocity ? named(tensorsOf(updated.velocity)) : undefined, // prettier-ignore
        learningRate: this.#learningRate,
      });
      for (const [variable, next] of zip(parameters, updated.parameters)) variable.assign(next);
      this.#variables.store(names, updated.state);
    });
    this.incrementIterations();
  }

  /** The number of steps, the scalars, and slot by slot the tensors in the order of the parameters. They stay the optimizer's. */
  override async getWeights(): Promise<Weights> {
    this.#iterations?.dispose();
    const iterations = await this.saveIterations();
    this.#iterations = iterations.tensor;
    return [iterations, ...this.#variables.list()];
  }

  /**
   * Goes on from what `getWeights` returned. As everywhere in TensorFlow.js, parameters are known by their position, not by their names.
   *
   * @throws Error where scalars are missing; at the next step where the tensors do not fit the parameters.
   */
  override async setWeights(weights: Weights): Promise<void> {
    const state = await this.extractIterations(weights);
    this.#variables.load(state.map(({ tensor }) => tensor));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      learningRate: this.#learningRate,
      weightDecay: this.#weightDecay,
      optimizer: { ...this.optimizer.settings },
    };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { learningRate, weightDecay, optimizer }: tf.serialization.ConfigDict,
  ): T {
    return new cls(savedOptimizer(optimizer), { learningRate, weightDecay });
  }

  /** Frees the state, and forgets who observes. */
  override dispose(): void {
    this.#variables.dispose();
    this.#iterations?.dispose();
    this.#iterations = undefined;
    this.#observer = undefined;
  }
}

/**
 * An optimizer of this package for `model.compile`, `optimizer.minimize` and all that takes a `tf.Optimizer`, on any backend.
 *
 * What TensorFlow.js's own lack: dampening and weight decay, AMSGrad, a learning rate that can be set at any time, and a state that belongs to its
 * parameters whichever of them are trained, and is saved with the model (`includeOptimizer`) and loaded again.
 *
 * The weight decay is the L2 term of the loss, `1/2 lambda |theta|^2` over all that is trained, as in the paper and PyTorch's `weight_decay` (not
 * AdamW's): its gradient `lambda theta` goes through momentum and moments. The loss that `fit` reports is without it.
 *
 * @param optimizer `sgd()`, `adam()`, `amsgrad()`, `dog()`, `prodigy()` or one's own; not `scheduleFree()`.
 * @throws OptionError naming the option, its range and what was found.
 * @example model.compile({ optimizer: tfOptimizer(sgd({ momentum: 0.9 }), { learningRate: 0.1, weightDecay: 1e-4 }), loss: 'meanSquaredError' })
 */
export const tfOptimizer = (optimizer: Optimizer, options: TfOptimizerOptions): TfOptimizer =>
  new TfOptimizer(optimizer, options);

/** `instanceof` does not tell: TensorFlow.js takes whatever has the methods of an optimizer for one. */
export const isTfOptimizer = (optimizer: tf.Optimizer): optimizer is TfOptimizer =>
  optimizer.getClassName() === TfOptimizer.className;

// By its name `loadLayersModel` finds the class of a saved optimizer.
tf.serialization.registerClass(TfOptimizer);
