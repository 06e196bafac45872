import { describe, expect, it } from 'vitest';
import { normal, randomState } from '../src/random.js';
import { halfRunningAverage, ratioScatter, scatterOfAverages } from '../src/relations/index.js';

/** SGD on `1/2 sum h x^2` with gradient noise of variance h in each direction; O_L is measured from `-distance` in every direction. */
interface Walk {
  readonly curvatures: readonly number[];
  readonly distance: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** Steps of the window; as many come before it. */
  readonly steps: number;
}

/** The ratio of the later half of a training that begins in equilibrium, and what it says of its own error. */
function ratioOf({ curvatures, distance, learningRate, momentum, steps }: Walk, seed: number) {
  const warming = momentum === 0 ? 0 : 10 / (1 - momentum) / (learningRate * Math.min(...curvatures));
  const count = curvatures.length;
  const { values } = normal(randomState(seed, 'shuffling'), (1 + Math.ceil(warming) + 2 * steps) * count, 1);
  // Var x = eta c / (h (2 - eta h)) without momentum; with it the warming leads there.
  const x = curvatures.map((h, index) => (values[index] ?? 0) * Math.sqrt(learningRate / (2 - learningRate * h)));
  const v = curvatures.map(() => 0);
  // Read like the averages of a parameter tensor in a training of eight epochs with 16 readings each.
  const every = (2 * steps) / 128;
  const [left, right] = [0, 1].map(() => halfRunningAverage({ first: every, every }));
  for (let step = -Math.ceil(warming); step < 2 * steps; step++) {
    let [oL, oR] = [0, 0];
    for (const [index, h] of curvatures.entries()) {
      const noise = values[(1 + Math.ceil(warming) + step) * count + index] ?? NaN;
      const gradient = h * x[index]! + Math.sqrt(h) * noise;
      v[index] = momentum * v[index]! - gradient;
      oL += (x[index]! + distance) * gradient;
      oR += ((1 + momentum) / 2) * learningRate * v[index] ** 2;
      x[index]! += learningRate * v[index];
    }
    if (step < 0) continue;
    left!.push(oL);
    right!.push(oR);
  }
  return {
    ratio: left!.value() / right!.value(),
    scatter: scatterOfAverages(left!, right!) ?? NaN,
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

describe('the scatter of the ratio', () => {
  const stiff = { curvatures: [2, 2, 2, 2], distance: 0, learningRate: 0.05, momentum: 0, steps: 1024 };
  it.each<[string, Walk]>([
    ['over 100 correlation times', stiff],
    ['over 6', { ...stiff, steps: 64 }],
    ['over 25, far from the origin', { ...stiff, steps: 256, distance: 5 }],
    ['of four time scales', { ...stiff, curvatures: [8, 1, 0.2, 0.05], steps: 512 }],
    ['with momentum', { ...stiff, momentum: 0.8, learningRate: 0.02, steps: 512 }],
  ])('is the deviation over 200 trainings to a quarter, %s', (_, walk) => {
    const found = Array.from({ length: 200 }, (__, seed) => ratioOf(walk, seed));
    const ratios = found.map(({ ratio }) => ratio);
    const mean = ratios.reduce((sum, ratio) => sum + ratio / 200, 0);
    const deviation = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2 / 199, 0));
    const scatters = found.map(({ scatter }) => scatter);
    // The deviation of 200 is good to 5 %.
    expect(Math.abs(median(scatters) / deviation - 1)).toBeLessThan(0.25);
    expect(Math.abs(Math.sqrt(scatters.reduce((sum, one) => sum + one ** 2 / 200, 0)) / deviation - 1)).toBeLessThan(
      0.3,
    );
  });

  it('is not known of fewer than eight blocks, of what does not vary, and of what is not finite', () => {
    const left = Float64Array.of(0, 3, 5, 6, 9, 10, 14, 15, 17);
    const right = Float64Array.of(0, 2, 4, 6, 8, 10, 12, 14, 16);
    const scatter = ratioScatter(left, right);
    expect(scatter).toBeGreaterThan(0);
    // It has no unit, and is that of the ratio.
    expect(
      ratioScatter(
        left.map((sum) => 3 * sum),
        right.map((sum) => 3 * sum),
      ),
    ).toBeCloseTo(scatter!, 12);
    expect(
      ratioScatter(
        left.map((sum) => 2 * sum),
        right,
      ),
    ).toBeCloseTo(2 * scatter!, 12);
    expect(ratioScatter(left.subarray(0, 8), right.subarray(0, 8))).toBeUndefined();
    expect(ratioScatter(right, right)).toBeUndefined();
    expect(ratioScatter(left.with(3, NaN), right)).toBeUndefined();
    expect(ratioScatter(new Float64Array(), new Float64Array())).toBeUndefined();
    expect(ratioScatter(left, new Float64Array())).toBeUndefined();
  });
});

describe('sums of blocks', () => {
  it.each([
    { readings: { first: 1, every: 1 }, steps: 100 },
    { readings: { first: 1, every: 1 }, steps: 7 },
    { readings: { first: 5, every: 5 }, steps: 105 },
    { readings: { first: 3, every: 5 }, steps: 98 },
    { readings: { first: 40, every: 40 }, steps: 80 },
  ])(
    'of a window that is read first after $readings.first and every $readings.every, after $steps',
    ({ readings, steps }) => {
      const [ones, series] = [halfRunningAverage(readings), halfRunningAverage(readings)];
      const values = [...normal(randomState(3, 'shuffling'), steps, 1).values];
      for (const value of values) {
        ones.push(1);
        series.push(value);
      }
      const begin = Math.floor(steps / 2);
      const ends = [...ones.blockSums(16)];
      expect([ends[0], ends.at(-1)]).toEqual([0, steps - begin]);
      const expected = ends.map((end) => values.slice(begin, begin + end).reduce((sum, value) => sum + value, 0));
      for (const [index, sum] of [...series.blockSums(16)].entries()) expect(sum).toBeCloseTo(expected[index]!, 10);
      // Each end is the prefix sum nearest to an equal share; they are half a reading apart.
      for (const [index, end] of ends.entries()) {
        const share = (index * (steps - begin)) / (ends.length - 1);
        expect(Math.abs(end - share)).toBeLessThanOrEqual(readings.every / 2 + 1);
      }
      const kept = readings.every === 1 ? steps - begin : Math.ceil((2 * (steps - begin)) / readings.every);
      expect(ends.length).toBe(1 + Math.min(16, kept));
    },
  );

  it('are none while the average is none', () => {
    const average = halfRunningAverage();
    expect(average.blockSums(16)).toEqual(new Float64Array());
    average.push(NaN);
    expect(average.blockSums(16)).toEqual(new Float64Array());
    const epochs = halfRunningAverage({ first: 4, every: 4 });
    epochs.push(1);
    expect(() => epochs.blockSums(16)).toThrow('this average is read after 4 values and every 4; not after 1');
  });
});
