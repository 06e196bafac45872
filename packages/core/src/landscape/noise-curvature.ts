import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { namedSlot, type ParameterSpec } from '../parameters.js';
import { randomState, type RandomState } from '../random.js';
import { inRange, OptionError } from '../validate.js';
import type { CallResult, Executor, TensorValues } from '@fdr/program';
import type { Task } from '../training/task.js';
import { sampleOf } from '../relations/confidence.js';
import { noiseCurvatureProgram, pairedInputs } from './curvature-samples.js';
import type { HessianOptions } from './hessian-vector.js';

/** A mean and its standard error: over points if there are several, else over the one point's samples. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** What {@link noiseCurvature} estimates. */
export interface NoiseCurvature {
  /** Tr(H C~) = <g . H g>, g = grad f^B. */
  readonly trace: Estimate;
  /** Tr C~ = <|g|^2>. */
  readonly noiseTrace: Estimate;
  /** Tr(H C~) / Tr C~: the second derivative along the noise, averaged over its directions. */
  readonly meanCurvature: number;
  /** <v . H g>, a piece of (29); 0 without velocity. */
  readonly cross: Estimate;
  /** <v . H v>, a piece of (29); 0 without velocity. */
  readonly velocity: Estimate;
  /**
   * `(1 - nu)^2 Tr(H C~) - 2 mu (1 - nu) <v . H g> + mu^2 <v . H v> = <v' . H v'>`, v' the velocity after a step from here. `1/2 eta`
   * times it is the right side of (29).
   */
  readonly update: Estimate;
  /** Each tensor's share of Tr(H C~), in the order of the parameters. */
  readonly tensors: readonly number[];
}

/** The state of a training before some step; tensors in the order of the objective's parameters. */
export interface TrainingPoint {
  /** theta. */
  readonly parameters: readonly Float32Array[];
  /** v before the update; undefined if mu = 0. All points have one or none has. */
  readonly velocity?: readonly Float32Array[] | undefined;
}

/** Where, and from how many mini-batches, {@link noiseCurvature} estimates. */
export interface NoiseCurvatureOptions extends Dynamics, HessianOptions {
  readonly task: Task;
  readonly executor: Executor;
  /** At least one. A mean over a stationary state needs many that are well apart: one point's value can be several times another's. */
  readonly points: readonly TrainingPoint[];
  /** Pairs of mini-batches at each point, from 1 (2 if there is one point) to an epoch's steps. */
  readonly samples: number;
  /** Of the mini-batches: an integer in [0, 2^32 - 1]. */
  readonly seed: number;
}

/**
 * Estimates Tr(H C~), the right side of (FDR2), and the pieces of (29), at points of parameter space, from Hessian-vector
 * products alone. The estimate does not use the relations, so it can test them.
 *
 * (29) is `<O_FB> = 1/2 eta <v' . H v'> + O(eta^2)`. As printed it lacks the 1/2 of (FDR2), which is its case mu = nu = 0:
 * the second-order term of `f(theta + eta v')` is `1/2 eta^2 v' . H v'`.
 *
 * @returns means and standard errors; the share of each tensor in Tr(H C~).
 * @throws OptionError naming the option, its range and what was found.
 */
export async function noiseCurvature(options: NoiseCurvatureOptions): Promise<NoiseCurvature> {
  const { task, executor, points } = options;
  checkedDynamics(options);
  inRange('points.length', points.length, { min: 1 });
  const velocity = points[0]?.velocity !== undefined;
  if (points.some((point) => (point.velocity !== undefined) !== velocity))
    throw new OptionError('points', 'all with a velocity or all without', 'both');
  const least = points.length === 1 ? 2 : 1;
  const samples = inRange('samples', options.samples, { min: least, max: task.stepsPerEpoch, integer: true });
  const specs = task.objective.parameters;
  let random: RandomState = randomState(options.seed, 'shuffling');
  const drawInputs = () => {
    const epoch = task.batches(random);
    random = epoch.next;
    return epoch.take(0, samples);
  };
  const program = noiseCurvatureProgram(task.objective, { ...options, velocity });
  const executable = await executor.prepare(program, task.constants);
  try {
    const found: Pieces[] = [];
    for (const point of points) {
      const settings = settingsAt(point, specs);
      const inputs = pairedInputs(drawInputs(), drawInputs());
      const { outputs } = await executable.run({ steps: samples, state: {}, inputs, settings });
      found.push(...piecesOf(outputs, samples, specs.length));
    }
    return summary(found, points.length === 1 ? 1 : samples, options);
  } finally {
    await executable.dispose();
  }
}

function settingsAt({ parameters, velocity }: TrainingPoint, specs: readonly ParameterSpec[]): TensorValues {
  const settings = namedSlot('parameters', specs, parameters);
  return velocity ? { ...settings, ...namedSlot('velocity', specs, velocity) } : settings;
}

/** One sample: totals over the tensors, and each tensor's share of g . H g. */
interface Pieces {
  readonly noiseTrace: number;
  readonly gradient: number;
  readonly cross: number;
  readonly velocity: number;
  readonly shares: Float32Array;
}

function piecesOf(outputs: CallResult['outputs'], samples: number, tensors: number): Pieces[] {
  const own = (name: string, sample: number): Float32Array =>
    outputs[name]?.subarray(sample * tensors, (sample + 1) * tensors) ?? new Float32Array(tensors);
  const total = (name: string, sample: number): number => own(name, sample).reduce((sum, value) => sum + value, 0);
  return Array.from({ length: samples }, (_, sample) => ({
    noiseTrace: total('noiseTrace', sample),
    gradient: total('gradientCurvature', sample),
    cross: total('crossCurvature', sample),
    velocity: total('velocityCurvature', sample),
    shares: own('gradientCurvature', sample),
  }));
}

/** @param size samples in a row that share a point: they count as one observation. */
function summary(pieces: readonly Pieces[], size: number, { momentum, dampening }: Dynamics): NoiseCurvature {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const estimate = (of: (piece: Pieces) => number): Estimate => {
    const groups = Array.from({ length: pieces.length / size }, (_, group) =>
      mean(pieces.slice(group * size, (group + 1) * size).map(of)),
    );
    const sample = sampleOf(groups);
    return { mean: sample.mean, standardError: Math.sqrt(sample.squaredError) };
  };
  const undamped = 1 - dampening;
  const trace = estimate(({ gradient }) => gradient);
  const noiseTrace = estimate((piece) => piece.noiseTrace);
  return {
    trace,
    noiseTrace,
    meanCurvature: trace.mean / noiseTrace.mean,
    cross: estimate(({ cross }) => cross),
    velocity: estimate(({ velocity }) => velocity),
    update: estimate(
      ({ gradient, cross, velocity }) =>
        undamped ** 2 * gradient - 2 * momentum * undamped * cross + momentum ** 2 * velocity,
    ),
    tensors: Array.from(pieces[0]?.shares ?? [], (_, tensor) =>
      mean(pieces.map(({ shares }) => shares[tensor] ?? NaN)),
    ),
  };
}
