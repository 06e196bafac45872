// What someone outside of the package writes: nothing is imported but by the package's name.
import * as tf from '@tensorflow/tfjs';
import {
  defineOptimizer,
  eagerExecutor,
  noiseTrace,
  quadraticTask,
  randomState,
  sgd,
  train,
  type Observable,
  type Optimizer,
  type Snapshot,
  type TrainingItem,
  type TrainOptions,
} from '@fdr/core';
import { constant, equilibrium, type Schedule } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';

/** A trace of the gradients, and a step that shortens with their number: m <- beta m + g, n <- n + 1, theta <- theta - eta m / n^(1/2). */
const fadingTrace = (beta: number): Optimizer =>
  defineOptimizer({
    settings: { kind: 'fading-trace', beta },
    slots: ['trace'],
    scalars: ['count'],
    update: (parameters, gradients, { slots, scalars }, learningRate) => {
      const count = tf.add(scalars.count, 1);
      const trace = slots.trace.map((before, index) => tf.add(tf.mul(beta, before), gradients[index]!));
      const rate = tf.div(learningRate, tf.sqrt(count));
      return {
        parameters: parameters.map((parameter, index) => tf.sub(parameter, tf.mul(rate, trace[index]!))),
        state: { slots: { trace }, scalars: { count } },
      };
    },
  });

/** Lowers the learning rate by a third whenever the training loss is lower than `fraction` of what it was at the last change. */
const milestones = (fraction: number): Schedule => ({
  settings: { kind: 'milestones', fraction },
  begin: ({ epochs }) => ({ state: {}, warnings: [`${epochs} epochs have milestones`] }),
  decide: (state, { learningRate, trainLoss }) => {
    const last = state['last'] ?? Infinity;
    if (!(trainLoss < fraction * last)) return { state, learningRate, reason: null };
    return {
      state: { last: trainLoss },
      learningRate: (2 * learningRate) / 3,
      reason: { rule: 'milestones', message: 'the loss had passed a milestone', loss: trainLoss },
    };
  },
});

/** The largest element of each gradient. */
const largestGradient: Observable = {
  name: 'largestGradient',
  meaning: 'largest element of grad f^B',
  columns: 'tensors',
  measure: ({ gradients }) => tf.stack(gradients.map((gradient) => tf.max(tf.abs(gradient)))),
};

const [curvature, weightDecay, noise, stepsPerEpoch, dimensions] = [1.5, 0.1, 0.7, 8, 5];
const options: TrainOptions = {
  task: quadraticTask({ dimensions, curvature, noise, start: 3, stepsPerEpoch }),
  executor: eagerExecutor('cpu'),
  optimizer: fadingTrace(0.5),
  schedule: milestones(0.6),
  observables: [largestGradient],
  learningRate: 0.06,
  weightDecay,
  epochs: 6,
  seed: 11,
  segmentSteps: () => 3,
};

/** The same training on plain numbers, step by step. */
function plainTraining() {
  let theta = Array<number>(dimensions).fill(3);
  let trace = theta.map(() => 0);
  let [learningRate, last, count, random] = [0.06, Infinity, 0, randomState(11, 'shuffling')];
  const [losses, largest, rates]: [number[], number[], number[]] = [[], [], []];
  const square = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
  for (let epoch = 0; epoch < 6; epoch++) {
    rates.push(learningRate);
    const batches = options.task.batches(random);
    for (let step = 0; step < stepsPerEpoch; step++) {
      const centre = [...batches.take(step, 1)['centre']!];
      const away = theta.map((value, index) => value - centre[index]!);
      losses.push((curvature / 2) * square(away) + (weightDecay / 2) * square(theta));
      const gradient = away.map((value, index) => curvature * value + weightDecay * theta[index]!);
      largest.push(Math.max(...gradient.map(Math.abs)));
      trace = trace.map((value, index) => 0.5 * value + gradient[index]!);
      count++;
      theta = theta.map((value, index) => value - (learningRate / Math.sqrt(count)) * trace[index]!);
    }
    random = batches.next;
    const loss = ((curvature + weightDecay) / 2) * square(theta) + (curvature / 2) * dimensions * noise ** 2;
    if (loss < 0.6 * last) [last, learningRate] = [loss, (2 * learningRate) / 3];
  }
  return { theta, losses, largest, rates };
}

/** Everything a training yields, and a snapshot that has been to disk before the first item and after each. */
async function collect(change: Partial<TrainOptions> = {}) {
  const training = train({ ...options, ...change });
  const stored = (): Snapshot => {
    const { tensors, state } = training.snapshot();
    return { tensors: structuredClone(tensors), state: JSON.parse(JSON.stringify(state)) as typeof state };
  };
  const items: TrainingItem[] = [];
  const snapshots = [stored()];
  for await (const item of training) {
    items.push(item);
    snapshots.push(stored());
  }
  return { items, snapshots };
}
const column = (name: string, items: readonly TrainingItem[]): number[] =>
  items.flatMap((item) => {
    if (item.type !== 'steps') return [];
    const [width, index] = [item.columns.length, item.columns.indexOf(name)];
    return Array.from({ length: item.rows.length / width }, (_, row) => item.rows[row * width + index]!);
  });
const epochs = (items: readonly TrainingItem[]) =>
  items.flatMap((item) => (item.type === 'epoch' ? [item.record] : []));
/** Largest difference, relative to the largest expected number; NaN for other lengths. */
const difference = (found: ArrayLike<number>, expected: readonly number[]): number =>
  found.length === expected.length
    ? Math.max(...expected.map((value, index) => Math.abs(value - found[index]!))) / Math.max(...expected.map(Math.abs))
    : NaN;

describe("a training by the caller's own optimizer, schedule and observable", () => {
  it('goes where plain numbers go, and measures and decides what they do', async () => {
    const { items, snapshots } = await collect();
    const expected = plainTraining();
    // 48 updates in float32 beside double.
    expect(difference(column('loss', items), expected.losses)).toBeLessThan(1e-5);
    expect(difference(column('largestGradient', items), expected.largest)).toBeLessThan(1e-5);
    expect(column('largestGradient/position', items)).toEqual(column('largestGradient', items));
    expect(difference(snapshots.at(-1)!.tensors['position']!.values, expected.theta)).toBeLessThan(1e-5);
    const rates = epochs(items).map(({ learningRate }) => learningRate);
    expect(difference(rates, expected.rates)).toBeLessThan(1e-15);
    // It is no constant rate: there are changes, and epochs without one.
    expect(new Set(rates).size).toBeGreaterThan(2);
    expect(new Set(rates).size).toBeLessThan(6);
    expect([...snapshots.at(-1)!.tensors['optimizer/count']!.values]).toEqual([48]);
  });

  it('reports the warnings and the reasons of the schedule as they are', async () => {
    const { items } = await collect();
    const events = items.flatMap((item) => (item.type === 'event' ? [item.record] : []));
    expect(events[0]).toEqual({ type: 'warning', step: 0, epoch: 0, message: '6 epochs have milestones' });
    const first = epochs(items)[0]!;
    expect(events[1]).toEqual({
      type: 'learningRate',
      step: stepsPerEpoch,
      epoch: 1,
      from: 0.06,
      to: (2 * 0.06) / 3,
      reason: { rule: 'milestones', message: 'the loss had passed a milestone', loss: first.trainLoss },
    });
  });

  it('goes on bit for bit from a snapshot between any two items', async () => {
    const { items, snapshots } = await collect();
    for (const [index, resume] of snapshots.entries()) {
      const rest = await collect({ resume, seed: 99, learningRate: 0.7 });
      expect(rest.items).toEqual(index < items.length ? items.slice(index) : items.slice(-1));
      expect(rest.snapshots.at(-1)).toEqual(snapshots.at(-1));
    }
  });

  it('takes the same way to the last bit when it is not observed', async () => {
    const [observed, unobserved] = [await collect(), await collect({ observables: undefined })];
    for (const name of ['loss', 'lossHalf', 'oL', 'oLHalf'])
      expect(column(name, unobserved.items)).toEqual(column(name, observed.items));
    for (const name of ['position', 'trace/position', 'optimizer/count'])
      expect(unobserved.snapshots.at(-1)!.tensors[name]).toEqual(observed.snapshots.at(-1)!.tensors[name]);
    expect(unobserved.snapshots.at(-1)!.tensors['position']!.values.every(Number.isFinite)).toBe(true);
  });

  it('is refused a snapshot of another optimizer, schedule or observable, by name', async () => {
    const { snapshots } = await collect({ epochs: 1 });
    const resuming = (change: Partial<TrainOptions>) => () =>
      train({ ...options, resume: snapshots[2]!, ...change }); // prettier-ignore
    expect(resuming({})).not.toThrow();
    const own = '{"beta":0.5,"kind":"fading-trace"}';
    expect(resuming({ optimizer: fadingTrace(0.6) })).toThrow(
      `the snapshot's optimizer is ${own}, this training's is {"beta":0.6,"kind":"fading-trace"}`,
    );
    expect(resuming({ optimizer: sgd() })).toThrow(
      `the snapshot's optimizer is ${own}, this training's is {"dampening":0,"kind":"sgd","momentum":0}`,
    );
    expect(resuming({ schedule: milestones(0.5) })).toThrow(
      `the snapshot's schedule is {"fraction":0.6,"kind":"milestones"}, ` +
        `this training's is {"fraction":0.5,"kind":"milestones"}`,
    );
    expect(resuming({ schedule: constant() })).toThrow(`this training's is {"kind":"constant"}`);
    expect(resuming({ observables: [noiseTrace] })).toThrow(
      "the snapshot's observables is largestGradient, this training's is noiseTrace",
    );
  });

  it('is refused what needs mu and nu, which it does not have', () => {
    const change = (part: Partial<TrainOptions>) => () => train({ ...options, ...part });
    const message = 'schedule must be another one with fading-trace, whose O_R is not defined; found';
    expect(change({ schedule: equilibrium() })).toThrow(`${message} "equilibrium"`);
    expect(change({ schedule: { ...milestones(0.5), needs: 'dynamics' } })).toThrow(`${message} "milestones"`);
    expect(change({ observables: [{ ...largestGradient, needs: 'velocity' }] })).toThrow(
      'observables must be defined with fading-trace (this one needs sgd with momentum); found "largestGradient"',
    );
    expect(change({ observables: [largestGradient, largestGradient] })).toThrow('found "largestGradient"');
  });
});
