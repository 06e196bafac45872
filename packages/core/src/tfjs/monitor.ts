import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, SCHEDULE_OPTIONS } from '@fdr/records';
import type { Tensors } from '@fdr/program';
import type { Dynamics } from '../dynamics.js';
import { oL, oR } from '../observables/fluctuation-dissipation.js';
import type { MeasuredStep } from '../observables/observable.js';
import { tensorNamed } from '../parameters.js';
import { runningBalance, type RunningBalance, type RunningBalanceState } from '../relations/running-balance.js';
import { runningRelation, type RunningRelation } from '../relations/running-relation.js';
import { inRange, OptionError, resolveOptions } from '../validate.js';
import { stepLog } from './step-log.js';

/** Options of {@link monitor}. */
export interface MonitorOptions extends Partial<Dynamics> {
  /** X, in (0, 1); 0.01 by default. */
  readonly threshold?: number | undefined;
  /** What `state()` of a monitor of the same tensors returned, to go on from there. */
  readonly saved?: MonitorState | undefined;
}

/** One step of SGD, tensors by the names of the parameters. */
export interface ObservedStep {
  /** theta **before** the update. */
  readonly parameters: Tensors;
  /** grad f^B at theta, with the gradient of the L2 term, lambda theta. Their names are those of the tensors that are observed. */
  readonly gradients: Tensors;
  /** v of (10) **after** the update, of either sign; `-(1 - nu) grad f^B` where it is left out, as it is without momentum. */
  readonly velocity?: Tensors | undefined;
  /** eta, at least 0. Another one than before begins the averages anew. */
  readonly learningRate: number;
}

/** The state of a {@link Monitor}, as plain JSON. */
export interface MonitorState {
  readonly tensors: readonly string[];
  /** eta of the steps averaged over; null before the first. */
  readonly learningRate: number | null;
  readonly averages: RunningBalanceState;
}

/** Watches (FDR1') in a training loop of one's own. */
export interface Monitor {
  /** Takes one step. Nothing is read from the device, and the tensors stay the caller's. @throws OptionError, Error */
  observe(step: ObservedStep): void;
  /** How the relation stands over the half-running window of all steps observed since the learning rate last changed. */
  relation(): Promise<RunningRelation>;
  /** Begins the averages anew. */
  restart(): void;
  state(): Promise<MonitorState>;
  /** Frees what it keeps on the device. */
  dispose(): void;
}

/** What {@link Monitor.observe} remembers of a step beside the numbers on the device. */
interface PendingStep {
  readonly tensors: readonly string[];
  readonly learningRate: number;
  /** Whether the averages begin with it. */
  readonly first: boolean;
}

/** O_L and O_R of every tensor: float32 [2 tensors]. */
function sidesOf(tensors: readonly string[], step: ObservedStep, dynamics: Dynamics): tf.Tensor {
  const all = (group: Tensors) => tensors.map((name) => tensorNamed(name, group));
  const gradients = all(step.gradients);
  const measured: MeasuredStep = {
    parameters: all(step.parameters),
    gradients,
    learningRate: tf.scalar(step.learningRate),
    dynamics,
    nextVelocity: step.velocity
      ? { scale: 1, tensors: all(step.velocity) }
      : { scale: -(1 - dynamics.dampening), tensors: gradients },
    centre: [],
    nextParameters: [],
    velocity: [],
    previousGradients: [],
    displacement: [],
  };
  return tf.concat([oL.measure(measured), oR.measure(measured)]);
}

/**
 * Watches both sides of (FDR1'), `<theta . grad f> = (1 + mu) / (2 (1 - nu)) eta <v^2>`, in any training loop by SGD: what `train()` and
 * `equilibriumSchedule` measure, without a schedule. Averages are half-running (15), begin anew with another learning rate, and are of the
 * tensors observed: with others they begin anew too.
 *
 * @param options momentum mu and dampening nu of the updates, 0 by default, and the threshold.
 * @throws OptionError naming the option, its range and what was found.
 * @example
 * const watch = monitor({ momentum: 0.9 });
 * watch.observe({ parameters, gradients, velocity, learningRate: 0.1 }); // at each step
 * const { ratio, interval, verdict } = await watch.relation(); // now and then
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  const { saved, threshold = SCHEDULE_OPTIONS.equilibrium.threshold.default, ...given } = options;
  const limit = inRange('threshold', threshold, SCHEDULE_OPTIONS.equilibrium.threshold.range);
  const dynamics = resolveOptions(OPTIMIZER_OPTIONS.sgd, given);
  const log = stepLog();
  let tensors = saved?.tensors ?? [];
  let learningRate = saved?.learningRate ?? null;
  let balance: RunningBalance = runningBalance(tensors, saved?.averages);
  let isFirst = false;
  let pending: PendingStep[] = [];
  let settled = Promise.resolve();

  function take(steps: readonly PendingStep[], values: Float32Array): void {
    let at = 0;
    for (const step of steps) {
      if (step.first) balance = runningBalance(step.tensors);
      const middle = at + step.tensors.length;
      const end = middle + step.tensors.length;
      balance.push(values.subarray(at, middle), values.subarray(middle, end));
      at = end;
    }
  }

  /** Waits for the numbers of every step so far. */
  function settle(): Promise<void> {
    const steps = pending;
    pending = [];
    const values = log.take();
    settled = settled.then(async () => {
      take(steps, await values);
    });
    return settled;
  }

  return {
    observe: (step) => {
      inRange('learningRate', step.learningRate, { min: 0 });
      if (dynamics.momentum > 0 && !step.velocity)
        throw new OptionError('velocity', `given with momentum ${dynamics.momentum}`, undefined);
      const names = Object.keys(step.gradients);
      const isSame = names.length === tensors.length && names.every((name, index) => name === tensors[index]);
      const first = isFirst || !isSame || step.learningRate !== learningRate;
      if (!isSame) tensors = names;
      learningRate = step.learningRate;
      isFirst = false;
      tf.tidy(() => {
        log.add(sidesOf(tensors, step, dynamics));
      });
      pending.push({ tensors, learningRate, first });
    },
    relation: async () => {
      await settle();
      return runningRelation(balance.now(), limit);
    },
    restart: () => {
      isFirst = true;
    },
    state: async () => {
      const now = { tensors, learningRate };
      const isEmpty = isFirst;
      await settle();
      return { ...now, averages: (isEmpty ? runningBalance(now.tensors) : balance).state() };
    },
    dispose: () => {
      log.dispose();
      pending = [];
    },
  };
}
