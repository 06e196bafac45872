import { driftWindows, nextSample } from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import type { Direction } from './directions.js';
import type { Generator } from './generator.js';
import type { Scenario } from './scenarios.js';

/** What a run of a scenario has recorded: as much as the rules read. */
export interface Walk {
  readonly run: Pick<Run, 'config' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>;
  readonly epochs: readonly EpochRecord[];
  readonly rows: Float32Array;
}

/** The loss that cannot be trained away, in heights of the noise ball. A plateau is told by relative changes of the loss. */
const FLOOR = 30;

const TOTALS = [
  'oL',
  'oR',
  'gradientProduct',
  'startDistanceSquared',
  'nextVelocityDotParameters',
  'nextVelocitySquared',
];

/** The noise of each step of an epoch, direction by direction: `[steps, directions]`, of variance 1. */
function noiseOf({ sampling, tails, stepsPerEpoch }: Scenario, width: number, random: Generator): () => Float64Array {
  const draw = () => (tails === undefined ? random.normal() : random.student(tails));
  const fresh = () => Float64Array.from({ length: stepsPerEpoch * width }, draw);
  if (sampling === 'replacement') return fresh;
  const data = fresh();
  for (let column = 0; column < width; column++) standardize(data, column, width);
  return () => {
    const order = Array.from({ length: stepsPerEpoch }, (_, index) => index);
    for (let last = stepsPerEpoch - 1; last > 0; last--) {
      const other = Math.floor(random.uniform() * (last + 1));
      [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
    }
    return Float64Array.from({ length: data.length }, (_, index) => {
      const step = Math.floor(index / width);
      return data[(order[step] ?? 0) * width + (index % width)] ?? NaN;
    });
  };
}

/** Shifts and scales a column to mean 0 and variance 1. */
function standardize(data: Float64Array, column: number, width: number): void {
  const rows = data.length / width;
  let [mean, square] = [0, 0];
  for (let index = column; index < data.length; index += width) {
    mean += (data[index] ?? NaN) / rows;
    square += (data[index] ?? NaN) ** 2 / rows;
  }
  const deviation = Math.sqrt(square - mean ** 2);
  for (let index = column; index < data.length; index += width) data[index] = ((data[index] ?? NaN) - mean) / deviation;
}

/** Trains once by (10) and (11), in double precision, and records what a training does. */
export function walk(scenario: Scenario, directions: readonly Direction[], random: Generator): Walk {
  const { learningRate: eta, momentum: mu, dampening: nu, stepsPerEpoch, epochs } = scenario;
  const width = directions.length;
  const names = scenario.tensors.map((_, tensor) => `tensor${tensor}`);
  const columns = [...TOTALS, ...names.flatMap((name) => [`oL/${name}`, `oR/${name}`])];
  const noise = noiseOf(scenario, width, random);
  const x = Float64Array.from(
    directions,
    ({ start, startVariance }) => start + Math.sqrt(startVariance) * random.normal(),
  );
  const start = x.slice();
  const v = new Float64Array(width);
  const before = new Float64Array(width);
  const deviations = directions.map((direction) => Math.sqrt(direction.noise));
  const height = directions.reduce((sum, { curvature, stationary }) => sum + (curvature * stationary.xx) / 2, 0);
  const rows = new Float32Array(epochs * stepsPerEpoch * columns.length);
  const sizes = names.map((_, tensor) => directions.filter((direction) => direction.tensor === tensor).length);
  const drift = driftWindows(
    names.map((name, tensor) => ({ name, size: sizes[tensor] ?? 0 })),
    stepsPerEpoch,
  );
  const tensorsNow = () => {
    let from = 0;
    return sizes.map((size) => {
      from += size;
      return Float32Array.from(x.subarray(from - size, from));
    });
  };
  const recorded: EpochRecord[] = [];
  let offset = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const xi = noise();
    for (let step = 1; step <= stepsPerEpoch; step++) {
      const row = rows.subarray(offset, (offset += columns.length));
      directions.forEach(({ tensor, curvature, minimum }, index) => {
        const here = x[index] ?? NaN;
        const gradient = curvature * here + (deviations[index] ?? NaN) * (xi[(step - 1) * width + index] ?? NaN);
        const velocity = mu * (v[index] ?? NaN) - (1 - nu) * gradient;
        const next = here + eta * velocity;
        const oL = (minimum + here) * gradient;
        const oR = ((1 + mu) / (2 * (1 - nu))) * eta * velocity ** 2;
        const products = [
          oL,
          oR,
          gradient * (before[index] ?? NaN),
          (next - (start[index] ?? NaN)) ** 2,
          velocity * (minimum + next),
          velocity ** 2,
        ];
        products.forEach((value, column) => {
          row[column] = (row[column] ?? NaN) + value;
        });
        row[TOTALS.length + 2 * tensor] = (row[TOTALS.length + 2 * tensor] ?? NaN) + oL;
        row[TOTALS.length + 2 * tensor + 1] = (row[TOTALS.length + 2 * tensor + 1] ?? NaN) + oR;
        [x[index], v[index], before[index]] = [next, velocity, gradient];
      });
      if (nextSample(step - 1, stepsPerEpoch) === step) drift.take(step, tensorsNow());
    }
    const loss = directions.reduce((sum, { curvature }, index) => sum + (curvature * (x[index] ?? NaN) ** 2) / 2, 0);
    recorded.push(epochRecord(epoch, epoch * stepsPerEpoch, eta, FLOOR * height + loss, drift.ended()));
  }
  const run = {
    config: { ...CONFIG, learningRate: eta, optimizer: { kind: 'sgd' as const, momentum: mu, dampening: nu } },
    parameters: names.map((name, tensor) => ({ name, shape: [sizes[tensor] ?? 0] })),
    stepColumns: columns,
    stepsPerEpoch,
  };
  return { run, epochs: recorded, rows };
}

const CONFIG: Run['config'] = {
  model: 'mlp',
  dataset: 'quadratic',
  optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
  learningRate: 0.1,
  weightDecay: 0,
  batchSize: 1,
  sampling: 'replacement',
  epochs: 1,
  schedule: { kind: 'constant' },
  seed: 1,
  backend: 'cpu',
  threads: 1,
};

const epochRecord = (
  epoch: number,
  step: number,
  learningRate: number,
  trainLoss: number,
  drift: EpochRecord['drift'],
): EpochRecord => ({
  epoch,
  step,
  learningRate,
  trainLoss,
  drift,
  lossHalf: NaN,
  oLHalf: NaN,
  oRHalf: NaN,
  ratio: NaN,
  layers: {},
  trainAccuracy: NaN,
  testLoss: NaN,
  testAccuracy: NaN,
  gradientNormSquared: NaN,
  oFB: NaN,
  seconds: 0,
});
