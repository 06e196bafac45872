import { inRange } from '../validate.js';
import type { Snapshot } from '../training/snapshot.js';
import type { Task } from '../training/task.js';
import { train } from '../training/trainer.js';
import type { TrainOptions } from '../training/training.js';
import type { TrainingPoint } from './noise-curvature.js';

/** A training that has reached its stationary state, and the number of points to take of it. */
export interface StationaryPointsOptions extends Omit<TrainOptions, 'start' | 'epochs'> {
  /** A snapshot of a training in its stationary state: the first point. */
  readonly resume: Snapshot;
  /** Number of points, at least 1. */
  readonly points: number;
}

/**
 * Points of a stationary state, an epoch apart: the snapshot's, and those that the training reaches from there at the same learning rate,
 * bit for bit as if it had been longer. Neighbours are correlated in the slowest directions, whose time is `1 / (eta lambda)` steps. So the
 * error of a mean is to be estimated from independent trainings, not from the points of one.
 *
 * @returns `points` of them, the snapshot's first.
 * @throws OptionError, SnapshotError as {@link train}; Error if the training diverges on the way.
 */
export async function stationaryPoints({
  points: count,
  ...options
}: StationaryPointsOptions): Promise<TrainingPoint[]> {
  inRange('points', count, { min: 1, integer: true });
  const epochs = options.resume.state.progress.epoch + count - 1;
  const training = train({ ...options, task: withoutEvaluation(options.task), epochs });
  const { parameters } = options.task.objective;
  const pointOf = ({ tensors }: Snapshot): TrainingPoint => {
    const values = (prefix: string) =>
      parameters
        .map(({ name }) => tensors[`${prefix}${name}`]?.values)
        .filter((found) => found instanceof Float32Array);
    const velocity = values('velocity/');
    return { parameters: values(''), velocity: velocity.length > 0 ? velocity : undefined };
  };
  const points = [pointOf(training.snapshot())];
  for await (const item of training) {
    if (item.type === 'epoch') points.push(pointOf(training.snapshot()));
    if (item.type === 'end' && item.reason === 'diverged') throw new Error('the training has diverged on its way');
  }
  return points;
}

/** The same task without the passes over all data, which do not change the trajectory. */
const withoutEvaluation = (task: Task): Task => ({
  ...task,
  evaluator: () => {
    const unknown = { trainLoss: NaN, trainAccuracy: NaN, testLoss: NaN, testAccuracy: NaN, gradientNormSquared: NaN };
    return Promise.resolve({
      evaluate: () => Promise.resolve(unknown),
      gradient: (parameters) => Promise.resolve(parameters.map(({ length }) => new Float64Array(length).fill(NaN))),
      dispose: () => Promise.resolve(),
    });
  },
});
