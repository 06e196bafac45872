import { snapshotState, type SnapshotState } from '@fdr/records';
import { countInputs, holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../src/optimizers/adam.js';
import { sgd } from '../src/optimizers/sgd.js';
import { keptPrefixes, halfRunningAverage } from '../src/relations/half-running-average.js';
import { cooldown } from '../src/relations/schedules/cooldown.js';
import { stationary } from '../src/relations/schedules/stationary.js';
import { cosine } from '../src/relations/schedules/cosine.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { linear } from '../src/relations/schedules/linear.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import { step } from '../src/relations/schedules/step.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { wsd } from '../src/relations/schedules/wsd.js';
import { SnapshotError } from '../src/training/snapshot-error.js';
import type { Snapshot } from '../src/training/snapshot.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { OptionError } from '../src/validate.js';
import { base, collect, collectSnapshots, stored } from './contract/sample-training.js';

// Epochs of more than 16 steps: averages that are no columns are not read at each.
const task = quadraticTask({ dimensions: 3, curvature: 1, noise: 1, start: 1, stepsPerEpoch: 18 });
const options: TrainOptions = { ...base, task, epochs: 2, segmentSteps: () => 4 };

/** A value with one of its parts replaced, or removed where the new part is undefined. */
function withPart(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  if (key === undefined) return part;
  const copy = structuredClone(value) as Record<string, unknown>;
  const inner = withPart(copy[key], rest, part);
  if (inner === undefined) return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== key));
  copy[key] = inner;
  return copy;
}

/** The paths of all parts of a JSON value, its own among them. */
const pathsOf = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? [[], ...Object.entries(value).flatMap(([key, part]) => pathsOf(part).map((path) => [key, ...path]))]
    : [[]];

describe('the kept prefix sums', () => {
  it('are as many as an average has, and of the same reading', async () => {
    const size = fc.integer({ min: 1, max: 12 });
    await holdsFor(fc.record({ first: size, every: size }), 100, (readings) => {
      const average = halfRunningAverage(readings);
      for (let steps = 0; steps < 40; steps++) {
        const { firstKept } = average.state();
        expect(keptPrefixes(readings, steps)).toEqual({ firstKept, length: average.prefixes().length });
        average.push(steps);
      }
    });
  });
});

describe('the state of a snapshot', () => {
  it.each<readonly [string, Partial<TrainOptions>]>([
    ['sgd, constant', {}],
    [
      'momentum, equilibrium',
      { optimizer: sgd({ momentum: 0.9 }), schedule: equilibrium({ threshold: 0.5, passes: 2 }) },
    ],
    ['adam, plateau', { optimizer: adam(), schedule: plateau({ patience: 0 }) }],
    ['cosine', { schedule: cosine() }],
    ['linear', { schedule: linear() }],
    ['wsd', { schedule: wsd() }],
    ['cooldown', { schedule: cooldown({ threshold: 0.999 }), weightDecay: 1 }],
    ['stationary', { schedule: stationary() }],
    ['step, down to nothing', { schedule: step({ everyEpochs: 1, divisor: 1e12 }) }],
    ['divergence', { learningRate: 1e9 }],
  ])('fits its schema wherever it is taken (%s)', async (_, change) => {
    const { snapshots } = await collectSnapshots(train({ ...options, ...change }));
    countInputs(snapshots.length);
    for (const { state } of snapshots) expect(snapshotState.parse(state)).toEqual(state);
  });
});

describe('a training that is resumed', () => {
  let snapshot: Snapshot;
  beforeAll(async () => {
    const { snapshots } = await collectSnapshots(train(options));
    snapshot = snapshots.find(({ state }) => state.progress.stepInEpoch === 4 && state.progress.epoch === 1)!;
  });

  const WICKED = [0, -0, -1, 1, 2, 0.5, 1e12, 1e308, NaN, Infinity, '', 'x', null, true, [], {}, undefined];

  it('refuses or survives every part of a state that is another', async () => {
    // Of the averages, one that is read at each step and one that is read less often stand for all.
    const [seldom] = Object.entries(snapshot.state.averages).find(([, { every }]) => every > 1)!;
    const paths = pathsOf(snapshot.state).filter(
      ([first, name = 'loss']) => first !== 'averages' || name === 'loss' || name === seldom,
    );
    const inputs = paths.flatMap((path) => WICKED.map((part) => withPart(snapshot.state, path, part)));
    countInputs(inputs.length);
    const accepted: SnapshotState[] = inputs.flatMap((input) => snapshotState.safeParse(input).data ?? []);
    let resumed = 0;
    for (const state of accepted) {
      try {
        const items = await collect(train({ ...options, resume: { tensors: snapshot.tensors, state } }));
        expect(items.at(-1)?.type).toBe('end');
        resumed++;
      } catch (error) {
        expect(
          [SnapshotError, OptionError].some((kind) => error instanceof kind),
          String(error),
        ).toBe(true);
      }
    }
    expect(accepted.length).toBeLessThan(inputs.length / 4);
    expect(resumed).toBeGreaterThan(10);
  });

  it('refuses prefix sums that are too many or too few', async () => {
    await holdsFor(fc.nat(40), 40, (length) => {
      const { tensors, state } = stored(snapshot);
      const loss = tensors['averages/loss']!;
      if (length === loss.values.length) return;
      const values = new Float64Array(length);
      const resume = { state, tensors: { ...tensors, 'averages/loss': { shape: [length], values } } };
      expect(() => train({ ...options, resume })).toThrow(SnapshotError);
    });
  });

  it('names an average that is missing or is read at other steps', () => {
    const { tensors, state } = snapshot;
    const { loss, ...others } = state.averages;
    const resuming = (averages: Snapshot['state']['averages']) => () =>
      train({ ...options, resume: { tensors, state: { ...state, averages } } });
    expect(resuming({ loss: loss!, ...others })).not.toThrow();
    expect(resuming(others)).toThrow(new SnapshotError('the snapshot lacks the average of loss'));
    const name = Object.keys(others).find((other) => others[other]!.every !== 1)!;
    expect(resuming({ ...state.averages, [name]: { ...others[name]!, first: 3 } })).toThrow(
      /^the snapshot has an average of .* whose first, every, firstKept and sums are 3, 2, .*, expected 2, 2, .* at step 22$/,
    );
  });
});
