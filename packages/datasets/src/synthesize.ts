import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Dataset, Examples, ImageShape } from './dataset.js';
import { nearlyGaussian } from './gaussian.js';
import { normalizationOf } from './normalization.js';

/** What {@link synthesize} makes. */
export interface SyntheticOptions {
  /** The name of the result; default `synthetic`. */
  readonly name?: string | undefined;
  /** A 32-bit unsigned integer; default 1. It is not the run's seed: runs of many seeds see one data set. */
  readonly seed?: number | undefined;
  /** Training examples, 1 to 1,000,000; default 4000. */
  readonly trainCount?: number | undefined;
  /** Test examples, 1 to 1,000,000; default 1000. */
  readonly testCount?: number | undefined;
  /** Each number from 1 to 256; default [28, 28], the shape of MNIST's images. */
  readonly imageShape?: ImageShape | undefined;
}

/** Classes of every synthetic data set. */
export const SYNTHETIC_CLASSES = 10;

/** Every image is a sum of this many smooth patterns. */
const PATTERNS = 24;
/** Each class has two centres, so that no linear classifier is the best one. */
const CENTRES = 2;
/** Deviation of the centres, in deviations of the examples about them. It sets how much the classes overlap. */
const SEPARATION = 1.1;
/** Grey levels per unit of a pattern. */
const CONTRAST = 22;
/** A 32-bit integer shifted right by this is -32 to 31: the grey levels of every pixel's uniform grain. */
const GRAIN_SHIFT = 26;
/** The grey level of an image without patterns and grain. */
const MIDDLE = 127.5;
const LARGEST_COUNT = 1_000_000;
const LARGEST_SIDE = 256;

/**
 * Makes a small data set of ten classes for tests and first tries: learnable, but no classifier gets all of it right. Each
 * class is a mixture of two Gaussian clouds in a space of 24 smooth patterns; with three channels every pattern has one
 * color. Every pixel gets uniform grain on top. The same options give the same bytes on every machine.
 *
 * @throws RangeError naming the option, its range and the value
 */
export function synthesize(options: SyntheticOptions = {}): Dataset {
  const { name = 'synthetic', seed = 1, trainCount = 4000, testCount = 1000, imageShape = [28, 28] } = options;
  checkInteger('seed', seed, 0, 0xffff_ffff);
  checkInteger('trainCount', trainCount, 1, LARGEST_COUNT);
  checkInteger('testCount', testCount, 1, LARGEST_COUNT);
  for (const side of imageShape) checkInteger('imageShape', side, 1, LARGEST_SIDE);
  const random = xoroshiro128plus(seed | 0);
  const patterns = Array.from({ length: PATTERNS }, () => drawPattern(random, imageShape));
  const centres = Array.from({ length: SYNTHETIC_CLASSES * CENTRES }, () =>
    Float64Array.from(patterns, () => SEPARATION * nearlyGaussian(random)),
  );
  const train = drawExamples(random, trainCount, patterns, centres);
  const test = drawExamples(random, testCount, patterns, centres);
  const normalization = normalizationOf(train.images);
  return { name, train, test, imageShape, classes: SYNTHETIC_CLASSES, normalization };
}

/**
 * A round bump (1 - r^2 / R^2)^2 at a random position, of a random radius R and a random sign or color.
 *
 * @returns [rows, columns, channels]
 */
function drawPattern(random: RandomGenerator, [rows, columns, channels = 1]: ImageShape): Float64Array {
  const centreRow = rows * uniformFloat64(random);
  const centreColumn = columns * uniformFloat64(random);
  const radius = Math.min(rows, columns) * (0.2 + 0.3 * uniformFloat64(random));
  const color = Float64Array.from({ length: channels }, () =>
    channels === 1 ? (uniformFloat64(random) < 0.5 ? -1 : 1) : 2 * uniformFloat64(random) - 1,
  );
  const pattern = new Float64Array(rows * columns * channels);
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const down = row - centreRow;
      const right = column - centreColumn;
      const rest = Math.max(0, 1 - (down * down + right * right) / (radius * radius));
      for (const level of color) {
        pattern[index] = level * rest * rest;
        index += 1;
      }
    }
  }
  return pattern;
}

/** Draws `count` examples, the classes in turn. */
function drawExamples(
  random: RandomGenerator,
  count: number,
  patterns: readonly Float64Array[],
  centres: readonly Float64Array[],
): Examples {
  const length = patterns[0]?.length ?? 0;
  const images = new Uint8Array(count * length);
  const labels = new Uint8Array(count);
  const sums = new Float64Array(length);
  for (let example = 0; example < count; example++) {
    const label = example % SYNTHETIC_CLASSES;
    labels[example] = label;
    const centre = centres[label * CENTRES + (uniformFloat64(random) < 0.5 ? 0 : 1)] ?? [];
    sums.fill(MIDDLE);
    for (const [index, values] of patterns.entries()) {
      addScaled(sums, values, CONTRAST * ((centre[index] ?? 0) + nearlyGaussian(random)));
    }
    for (const [pixel, sum] of sums.entries()) {
      // The high bits of this generator are the most random ones.
      const grain = (random.next() >> GRAIN_SHIFT) + 0.5;
      images[example * length + pixel] = Math.min(255, Math.max(0, Math.floor(sum + grain)));
    }
  }
  return { images, labels, count };
}

/** Adds `factor` times `values` to `sums`, element by element. */
function addScaled(sums: Float64Array, values: Float64Array, factor: number): void {
  for (let index = 0; index < sums.length; index++) {
    sums[index] = (sums[index] as number) + factor * (values[index] as number);
  }
}

/** @throws RangeError when `value` is no integer from `least` to `most` */
function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
}
