import { describe, expect, it } from 'vitest';
import { randomState, uniform, type RandomState } from '../src/random.js';

const MASK = (1n << 64n) - 1n;
const rotated = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & MASK;
type State = readonly [bigint, bigint];

/** xoroshiro128+ of Blackman and Vigna (2018), on 64-bit words: the state after the next number. */
function next([first, second]: State): State {
  const mixed = first ^ second;
  return [rotated(first, 24n) ^ mixed ^ ((mixed << 16n) & MASK), rotated(mixed, 37n)];
}

/** The state 2^64 numbers later, by the published polynomial. */
function jumped(start: State): State {
  let [state, first, second] = [start, 0n, 0n];
  for (const word of [0xdf900294d8f554a5n, 0x170865df4b3201fcn])
    for (let bit = 0n; bit < 64n; bit++) {
      if ((word >> bit) & 1n) [first, second] = [first ^ state[0], second ^ state[1]];
      state = next(state);
    }
  return [first, second];
}

/** The state of a seed before any jump: words of the seed's own bits. */
const seeded = (seed: number): State => [(0xffffffffn << 32n) | BigInt(~seed >>> 0), BigInt(seed >>> 0) << 32n];
/** The generator's four 32-bit integers, the upper half of each word first, as 64-bit words. */
const words = ([firstHigh, firstLow, secondHigh, secondLow]: RandomState): bigint[] => [
  (BigInt(firstHigh! >>> 0) << 32n) | BigInt(firstLow! >>> 0),
  (BigInt(secondHigh! >>> 0) << 32n) | BigInt(secondLow! >>> 0),
];

describe('the random streams of a seed', () => {
  it('begin one jump of 2^64 numbers from the seed and another one further', () => {
    for (const seed of [0, 1, 12345, 0xffff_ffff]) {
      const first = jumped(seeded(seed));
      expect(words(randomState(seed, 'initialization'))).toEqual(first);
      expect(words(randomState(seed, 'shuffling'))).toEqual(jumped(first));
    }
  });

  it.each(['initialization', 'shuffling'] as const)('%s: the first number does not show the seed', (stream) => {
    const counts = Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const [first = NaN] = uniform(randomState(seed, stream), 1, 0.5).values;
      counts[Math.floor(10 * (first + 0.5))]!++;
    }
    // Each is binomial with mean 200 and deviation 13.4. Without a jump, neighbouring seeds begin alike.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(5 * 13.4);
  });
});
