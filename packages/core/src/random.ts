import { SEED } from '@fdr/records';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { inRange } from './validate.js';

/** The state of the generator: four 32-bit integers. */
export type RandomState = readonly number[];

/** The drawn values, and the state for the next draw. */
export interface Draw<Values> {
  readonly values: Values;
  readonly state: RandomState;
}

/** Streams of one seed. They are 2^64 draws apart on one orbit, so that they do not overlap. */
const STREAMS = ['initialization', 'shuffling'] as const;
type RandomStream = (typeof STREAMS)[number];

/**
 * Start of one stream of a seed (xoroshiro128+).
 *
 * Every stream is at least one jump away from the seed itself, because the first numbers after seeding contain the
 * seed's bits.
 *
 * @param seed integer in [0, 2^32 - 1].
 */
export function randomState(seed: number, stream: RandomStream): RandomState {
  const generator = xoroshiro128plus(inRange('seed', seed, SEED));
  for (let jump = 0; jump <= STREAMS.indexOf(stream); jump++) generator.jump();
  return [...generator.getState()];
}

/** The numbers 0 .. count - 1 in random order, every order equally probable (Fisher and Yates). */
export function permutation(state: RandomState, count: number): Draw<Int32Array> {
  const generator = xoroshiro128plusFromState(state);
  const values = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = uniformInt(generator, 0, last);
    const kept = values[last] as number;
    values[last] = values[other] as number;
    values[other] = kept;
  }
  return { values, state: [...generator.getState()] };
}

/** `count` integers, each uniform in [0, below). */
export function integers(state: RandomState, count: number, below: number): Draw<Int32Array> {
  const generator = xoroshiro128plusFromState(state);
  const values = Int32Array.from({ length: count }, () => uniformInt(generator, 0, below - 1));
  return { values, state: [...generator.getState()] };
}

/**
 * An integer, uniform in [0, below), from a stream of its own, which begins where the one after the shuffling's does: the shuffling's numbers stay
 * as they are, and each of its states has its own.
 *
 * @param state of the stream `shuffling`.
 */
export function integerBeside(state: RandomState, below: number): number {
  const generator = xoroshiro128plusFromState(state);
  generator.jump();
  return uniformInt(generator, 0, below - 1);
}

/** `count` numbers, uniform in [-limit, limit). */
export function uniform(state: RandomState, count: number, limit: number): Draw<Float32Array> {
  const generator = xoroshiro128plusFromState(state);
  const values = Float32Array.from({ length: count }, () => (2 * uniformFloat64(generator) - 1) * limit);
  return { values, state: [...generator.getState()] };
}

/** `count` normal numbers of mean 0 (Box and Muller; both numbers of each pair are used). */
export function normal(state: RandomState, count: number, deviation: number): Draw<Float32Array> {
  const generator = xoroshiro128plusFromState(state);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    // 1 - u lies in (0, 1], so that the logarithm is finite.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return { values, state: [...generator.getState()] };
}
