import { describe, expect, it } from 'vitest';
import { interval } from '../src/relations/confidence.js';
import { noiseCurvature } from '../src/landscape/noise-curvature.js';
import { stationaryPoints } from '../src/landscape/stationary-points.js';
import { sgd } from '../src/optimizers/sgd.js';
import { constant } from '../src/relations/schedules/constant.js';
import { stationaryRun } from '../src/relations/stationary-run.js';
import { stationaryState } from '../src/models/quadratic.js';
import { eagerExecutor } from '../src/training/eager.js';
import type { Snapshot } from '../src/training/snapshot.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainingEpoch } from '../src/training/progress.js';

const bench = { dimensions: 200, curvature: 1.5, noise: 0.7, momentum: 0.9, dampening: 0.3 };
const executor = eagerExecutor('cpu');
const options = (momentum: number, seed: number) => ({
  task: quadraticTask({ ...bench, stepsPerEpoch: 25 }),
  executor,
  optimizer: sgd({ momentum, dampening: bench.dampening }),
  learningRate: 0.05,
  weightDecay: 0.01,
  seed,
  schedule: constant(),
});

/** A training of so many epochs: what it recorded, and where it stood after each. */
async function trained(momentum: number, seed: number, epochs: number) {
  const training = train({ ...options(momentum, seed), epochs });
  const [records, snapshots]: [TrainingEpoch[], Snapshot[]] = [[], []];
  for await (const item of training)
    if (item.type === 'epoch') {
      records.push(item.record);
      snapshots.push(training.snapshot());
    }
  return { records, snapshots };
}

describe.each([0, 0.9])('points of a stationary state, momentum %d', (momentum) => {
  it('are those of a longer training, bit for bit', async () => {
    const { snapshots } = await trained(momentum, 1, 4);
    const points = await stationaryPoints({ ...options(momentum, 1), resume: snapshots[1]!, points: 3 });
    expect(points.map(({ parameters }) => parameters)).toEqual(
      snapshots.slice(1).map(({ tensors }) => [tensors['position']?.values]),
    );
    expect(points.map(({ velocity }) => velocity?.[0])).toEqual(
      snapshots.slice(1).map(({ tensors }) => tensors['velocity/position']?.values),
    );
  });

  it('give the curvature that the second relation reads from the run (29)', { timeout: 600_000 }, async () => {
    const runs = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => {
        const { records, snapshots } = await trained(momentum, seed, 40);
        const points = await stationaryPoints({ ...options(momentum, seed), resume: snapshots.at(-1)!, points: 10 });
        const { dampening } = bench;
        const sampling = { ...options(momentum, seed), momentum, dampening, points, samples: 20, seed: 100 + seed };
        const { update } = await noiseCurvature({ ...sampling, method: 'exact' });
        const { oFB } = stationaryRun(records, { momentum, dampening, seed });
        return { fromRelation: (2 * oFB) / 0.05, fromProducts: update.mean };
      }),
    );
    // <v' . H v'> = dimensions (h + lambda) <v^2>
    const { velocityVariance } = stationaryState({ ...bench, momentum, learningRate: 0.05, weightDecay: 0.01 });
    const exact = 200 * 1.51 * velocityVariance;
    for (const values of [runs.map((run) => run.fromRelation), runs.map((run) => run.fromProducts)]) {
      const { mean, low, high } = interval(values);
      // An interval of 95 % misses once in twenty, one of twice its width nearly never.
      expect(Math.abs(mean - exact)).toBeLessThan(high - low);
      expect((high - low) / exact).toBeLessThan(0.3);
    }
  });
});

it('refuses a number of points that is none', async () => {
  const { snapshots } = await trained(0, 1, 1);
  await expect(stationaryPoints({ ...options(0, 1), resume: snapshots[0]!, points: 0 })).rejects.toThrow(
    'points must be an integer in [1',
  );
});
