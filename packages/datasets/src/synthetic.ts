import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { CLASSES, type Dataset, type Examples, type ImageShape } from './dataset.js';
import { nearlyGaussian } from './gaussian.js';
import { normalizationOf } from './normalization.js';

export interface SyntheticOptions {
  /** A 32-bit unsigned integer; default 1. Not the run's seed: runs of many seeds see one data set. */
  readonly seed?: number;
  /** Training examples, default 4000. */
  readonly trainCount?: number;
  /** Test examples, default 1000. */
  readonly testCount?: number;
  /** Default [28, 28], MNIST's; each number from 1 to 256. */
  readonly imageShape?: ImageShape;
}

/** Smooth patterns that every image is a sum of. */
const PATTERNS = 24;
/** Centres of each class: two, so that no linear classifier is the best one. */
const CENTRES = 2;
/** Deviation of the centres, in deviations of the examples about them; sets how much the classes overlap. */
const SEPARATION = 1.1;
/** Grey levels that one unit of a pattern is worth. */
const CONTRAST = 22;
/** Leaves -32 to 31 of a 32-bit integer: the grey levels of every pixel's uniform grain. */
const GRAIN_SHIFT = 26;
/** Grey where nothing is. */
const MIDDLE = 127.5;
const LARGEST_COUNT = 1_000_000;
const LARGEST_SIDE = 256;
/** Of the images of `synthetic` and `synthetic-color`: MNIST's and CIFAR-10's. */
const GREY_SHAPE = [28, 28] as const;
export const COLOR_SHAPE = [32, 32, 3] as const;

/**
 * A small data set of ten classes for tests and first tries: learnable, but no classifier gets all of it right. Each class
 * is a mixture of two Gaussian clouds in a space of 24 smooth patterns, each of one color where there are channels;
 * pixels get uniform grain on top. The same options give the same bytes, everywhere.
 *
 * @throws RangeError naming the option, its range and the value
 */
export function synthesize(options: SyntheticOptions = {}): Dataset {
  const { seed = 1, trainCount = 4000, testCount = 1000, imageShape = GREY_SHAPE } = options;
  refuseOutside('seed', seed, 0, 0xffff_ffff);
  refuseOutside('trainCount', trainCount, 1, LARGEST_COUNT);
  refuseOutside('testCount', testCount, 1, LARGEST_COUNT);
  for (const side of imageShape) refuseOutside('imageShape', side, 1, LARGEST_SIDE);
  const random = xoroshiro128plus(seed | 0);
  const patterns = Array.from({ length: PATTERNS }, () => pattern(random, imageShape));
  const centres = Array.from({ length: CLASSES * CENTRES }, () =>
    Float64Array.from(patterns, () => SEPARATION * nearlyGaussian(random)),
  );
  const train = draw(random, trainCount, patterns, centres);
  const test = draw(random, testCount, patterns, centres);
  const normalization = normalizationOf(train.images);
  const name = imageShape.length === 3 ? 'synthetic-color' : 'synthetic';
  return { name, train, test, imageShape, classes: CLASSES, normalization };
}

/** A round bump (1 - r^2 / R^2)^2 at a random place, of a random radius R and a random sign or color. [rows, columns, channels] */
function pattern(random: RandomGenerator, [rows, columns, channels = 1]: ImageShape): Float64Array {
  const centreRow = rows * uniformFloat64(random);
  const centreColumn = columns * uniformFloat64(random);
  const radius = Math.min(rows, columns) * (0.2 + 0.3 * uniformFloat64(random));
  const color = Float64Array.from({ length: channels }, () =>
    channels === 1 ? (uniformFloat64(random) < 0.5 ? -1 : 1) : 2 * uniformFloat64(random) - 1,
  );
  return Float64Array.from({ length: rows * columns * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    const down = Math.floor(pixel / columns) - centreRow;
    const right = (pixel % columns) - centreColumn;
    const rest = Math.max(0, 1 - (down * down + right * right) / (radius * radius));
    return (color[index % channels] as number) * rest * rest;
  });
}

function draw(
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
    const label = example % CLASSES;
    labels[example] = label;
    const centre = centres[label * CENTRES + (uniformFloat64(random) < 0.5 ? 0 : 1)] ?? [];
    sums.fill(MIDDLE);
    for (const [index, values] of patterns.entries()) {
      addScaled(sums, values, CONTRAST * ((centre[index] ?? 0) + nearlyGaussian(random)));
    }
    for (const [pixel, sum] of sums.entries()) {
      // The high bits of this generator are its best ones.
      const grain = (random.next() >> GRAIN_SHIFT) + 0.5;
      images[example * length + pixel] = Math.min(255, Math.max(0, Math.floor(sum + grain)));
    }
  }
  return { images, labels, count };
}

function addScaled(sums: Float64Array, values: Float64Array, factor: number): void {
  for (let index = 0; index < sums.length; index++) {
    sums[index] = (sums[index] as number) + factor * (values[index] as number);
  }
}

function refuseOutside(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
}
