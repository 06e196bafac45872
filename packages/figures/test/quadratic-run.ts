import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { appendRows, createStepSeries, type RunRecords } from '../src/index.js';

/** Numbers in [0, 1) from a linear congruential generator (Numerical Recipes), so that every test sees the same run. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (1664525 * state + 1013904223) >>> 0) / 2 ** 32;
}

/** Mean of `values[i]` with floor(t/2) < i + 1 <= t, t = values.length. */
export function slowHalfRunning(values: readonly number[]): number {
  const window = values.slice(Math.floor(values.length / 2));
  return window.reduce((sum, value) => sum + value, 0) / window.length;
}

export interface Recorded extends RunRecords {
  /** Each step's loss, O_L, O_R. */
  readonly rows: Float32Array;
}

/**
 * A real run of SGD: f = 1/2 h (theta - c)^2 for two parameters with noisy centres c, and the rule of section 3.3 at each epoch's end.
 */
export function quadraticRun(epochCount: number, stepsPerEpoch = 200, capacity = 8192): Recorded {
  const random = uniform(7);
  const config: Run['config'] = {
    model: 'mlp',
    dataset: 'synthetic',
    optimizer: 'sgd',
    learningRate: 0.1,
    momentum: 0,
    dampening: 0,
    weightDecay: 0.01,
    batchSize: 100,
    epochs: epochCount,
    schedule: 'equilibrium',
    threshold: 0.01,
    decay: 0.1,
    seed: 7,
    backend: 'cpu',
    threads: 1,
  };
  const run: Run = {
    schemaVersion: 1,
    id: 'quadratic',
    name: 'quadratic',
    tags: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    status: 'finished',
    config,
    environment: {
      fdr: '0.1.0',
      node: 'v20',
      tensorflow: '4.22.0',
      platform: 'linux',
      backend: 'cpu',
      threads: 1,
      commit: null,
    },
    parameters: [
      { name: 'soft.kernel', shape: [1] },
      { name: 'stiff.kernel', shape: [1] },
    ],
    stepColumns: ['loss', 'oL', 'oR'],
    stepsPerEpoch,
  };
  const curvatures = [0.05, 1];
  const theta = [4, -3];
  const rows: number[] = [];
  const epochs: EpochRecord[] = [];
  const events: EventRecord[] = [];
  let eta = config.learningRate;
  let since: { loss: number[]; left: number[][]; right: number[][] } = { loss: [], left: [[], []], right: [[], []] };
  const totals = (sides: number[][]): number[] =>
    (sides[0] as number[]).map((value, i) => value + (sides[1]?.[i] ?? 0));
  for (let epoch = 1; epoch <= epochCount; epoch += 1) {
    for (let i = 0; i < stepsPerEpoch; i += 1) {
      const gradient = curvatures.map((h, k) => h * ((theta[k] as number) - 2 * (random() - 0.5)));
      const loss = curvatures.reduce((sum, h, k) => sum + ((gradient[k] as number) ** 2 / h) * 0.5, 0);
      const left = gradient.map((g, k) => (theta[k] as number) * g);
      const right = gradient.map((g) => 0.5 * eta * g * g);
      since.loss.push(loss);
      left.forEach((value, k) => since.left[k]?.push(value));
      right.forEach((value, k) => since.right[k]?.push(value));
      rows.push(loss, (left[0] as number) + (left[1] as number), (right[0] as number) + (right[1] as number));
      gradient.forEach((g, k) => (theta[k] = (theta[k] as number) - eta * g));
    }
    const [oLHalf, oRHalf] = [slowHalfRunning(totals(since.left)), slowHalfRunning(totals(since.right))];
    const ratio = oLHalf / oRHalf;
    const step = epoch * stepsPerEpoch;
    const share = 1 / (1 + slowHalfRunning(since.loss));
    epochs.push({
      epoch,
      step,
      learningRate: eta,
      lossHalf: slowHalfRunning(since.loss),
      oLHalf,
      oRHalf,
      ratio,
      layers: Object.fromEntries(
        run.parameters.map(({ name }, k) => {
          const [l, r] = [slowHalfRunning(since.left[k] ?? []), slowHalfRunning(since.right[k] ?? [])];
          return [name, { oLHalf: l, oRHalf: r, ratio: l / r }];
        }),
      ),
      trainLoss: slowHalfRunning(since.loss),
      trainAccuracy: share,
      testLoss: 1.02 * slowHalfRunning(since.loss),
      testAccuracy: 0.98 * share,
      gradientNormSquared: 1,
      oFB: 0,
      seconds: 1,
    });
    if (Math.abs(ratio - 1) < config.threshold) {
      const reason = { rule: 'equilibrium' as const, ratio, threshold: config.threshold, stepsUsed: since.loss.length };
      const to = eta * (1 - config.decay);
      events.push({ step, epoch, time: '2026-01-01T00:00:00.000Z', type: 'learningRate', from: eta, to, reason });
      eta = to;
      since = { loss: [], left: [[], []], right: [[], []] };
    }
  }
  const steps = createStepSeries(run.stepColumns, capacity);
  const all = Float32Array.from(rows);
  appendRows(steps, 0, all);
  return { run, epochs, events, steps, rows: all };
}
