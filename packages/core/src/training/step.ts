import * as tf from '@tensorflow/tfjs';
import { WEIGHT_DECAY } from '@fdr/records';
import { weightDecayTerm } from '../losses/weight-decay.js';
import type { Objective } from '../objective.js';
import { checkedObservables, isDefined, standardObservables } from '../observables/catalogue.js';
import { remembering } from '../observables/memory.js';
import type { MeasuredStep, Observable } from '../observables/observable.js';
import { namedState, optimizerSpecs, optimizerState, type Optimizer } from '../optimizers/optimizer.js';
import { namedSlot, slotSpecs, slotTensors, tensorNamed, type ParameterSpec } from '../parameters.js';
import type { Program, Tensors, TensorSpec, TensorValues } from '@fdr/program';
import { inRange } from '../validate.js';
import { zip } from '../zip.js';

/** Options of {@link trainingStep} besides objective and optimizer. */
export interface StepOptions {
  /** lambda of `1/2 lambda |theta|^2`, at least 0. */
  readonly weightDecay: number;
  /** False leaves every output but the loss out; true by default. The trajectory is the same to the last bit. */
  readonly observe?: boolean | undefined;
  /** Observables besides the standard ones; none by default. */
  readonly observables?: readonly Observable[] | undefined;
  /** True keeps an average of the parameters in the state `running/<name>`, with the input `averageWeight` float32 []; false by default. */
  readonly averaged?: boolean | undefined;
  /** True measures O_L from theta_c (footnote 4), the constants `centre/<parameter>`; false by default. */
  readonly centred?: boolean | undefined;
}

// An observable that reads what it does not list in `needs` gets no tensors, and NaN.
const NO_VELOCITY = { scale: NaN, tensors: [] };
const NO_DYNAMICS = { momentum: NaN, dampening: NaN };

const SCALAR: TensorSpec = { shape: [], dtype: 'float32' };

/** Slot of the running average A in the state of a training step that keeps one. */
export const RUNNING = 'running';

/** `(1 - c) A + c theta`: see `ParameterAverage`. */
function nextRunning(
  specs: readonly ParameterSpec[],
  state: Tensors,
  inputs: Tensors,
  parameters: readonly tf.Tensor[],
): Tensors {
  const weight = tensorNamed('averageWeight', inputs);
  const rest = tf.sub(1, weight);
  const running = zip(slotTensors(RUNNING, specs, state), parameters).map(([average, parameter]) =>
    tf.add(tf.mul(rest, average), tf.mul(weight, parameter)),
  );
  return namedSlot(RUNNING, specs, running);
}

/** The same learning rate at each of some steps: what {@link trainingStep} takes besides the objective's inputs. */
export const steadyRate = (learningRate: number, steps: number): TensorValues => ({
  learningRate: new Float32Array(steps).fill(learningRate),
});

/**
 * One step of training as a {@link Program}.
 *
 * State `parameters/<name>` and what the optimizer carries (`velocity/<name>` with momentum); inputs are the objective's and
 * `learningRate` float32 []; constants are the objective's. Outputs: `loss` [] (f^B with its L2 term, before the update, where the gradient is taken), `oL` [tensors], for SGD
 * `oR` [tensors], with momentum `vDotGradient` [tensors], and each extra observable [tensors] by its name.
 *
 * @throws OptionError if the weight decay is out of its range, or an observable cannot be measured with this optimizer.
 */
export function trainingStep(objective: Objective, given: Optimizer, options: StepOptions): Program {
  const { parameters: specs } = objective;
  const optimizer = remembering(given, options.observables ?? []);
  const { observe = true, centred = false, averaged = false } = options;
  const weightDecay = inRange('weightDecay', options.weightDecay, WEIGHT_DECAY);
  const extra = checkedObservables(optimizer, options.observables ?? []);
  const observables = observe ? [...standardObservables(optimizer), ...extra].filter(isDefined(optimizer)) : [];
  return {
    name: `${objective.name}-${optimizer.settings.kind}-step`,
    state: {
      ...slotSpecs('parameters', specs),
      ...optimizerSpecs(optimizer, specs),
      ...(averaged ? slotSpecs(RUNNING, specs) : undefined),
    },
    inputs: {
      ...objective.inputs,
      learningRate: SCALAR,
      ...(averaged ? { averageWeight: SCALAR } : undefined),
    },
    settings: {},
    constants: centred && observe ? { ...objective.constants, ...slotSpecs('centre', specs) } : objective.constants,
    step: ({ state, inputs, constants }) => {
      const parameters = slotTensors('parameters', specs, state);
      const carried = optimizerState(optimizer, specs, state);
      const learningRate = tensorNamed('learningRate', inputs);
      const point = optimizer.gradientPoint?.(parameters, carried) ?? parameters;
      const { value, grads: gradients } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
        const loss = objective.loss(tensors, inputs, constants);
        return weightDecay === 0 ? loss : tf.add(loss, weightDecayTerm(tensors, weightDecay));
      })([...point]);
      const updated = optimizer.update(parameters, gradients, carried, learningRate);
      const step: MeasuredStep = {
        parameters: point,
        gradients,
        nextParameters: updated.parameters,
        learningRate,
        centre: centred && observe ? slotTensors('centre', specs, constants) : [],
        velocity: carried.slots['velocity'] ?? [],
        previousGradients: carried.slots['previousGradient'] ?? [],
        displacement: updated.state.slots['displacement'] ?? [],
        nextVelocity: updated.velocity ?? NO_VELOCITY,
        dynamics: optimizer.dynamics ?? NO_DYNAMICS,
      };
      const measured = observables.map(({ name, measure }): [string, tf.Tensor] => [name, measure(step)]);
      return {
        state: {
          ...namedSlot('parameters', specs, updated.parameters),
          ...namedState(updated.state, specs),
          ...(averaged ? nextRunning(specs, state, inputs, updated.parameters) : undefined),
        },
        outputs: { loss: value, ...Object.fromEntries(measured) },
      };
    },
  };
}
