/** Mean and standard deviation over all examples and pixels, in fractions of full scale (255). */
export interface Normalization {
  readonly mean: number;
  readonly deviation: number;
}

const FULL_SCALE = 255;
/** The sum of this many squares of bytes, each 65025 at most, is below 2^31. */
const BLOCK = 1 << 15;

/**
 * The mean and the (population) deviation of all bytes together. The sums are integers below 2^53: all is exact up to the
 * last rounding.
 *
 *     mean = sum x / n / 255,   deviation = sqrt(n sum x^2 - (sum x)^2) / n / 255
 *
 * @param images bytes x of the training images: n of them, at least one, fewer than 2^37
 */
export function normalizationOf(images: Uint8Array): Normalization {
  const count = images.length;
  let sum = 0;
  let squares = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    let blockSum = 0;
    let blockSquares = 0;
    for (let index = start; index < end; index++) {
      const value = images[index] as number;
      blockSum = (blockSum + value) | 0;
      blockSquares = (blockSquares + value * value) | 0;
    }
    sum += blockSum;
    squares += blockSquares;
  }
  const mean = sum / count;
  // The product of n and the sum of squares needs more than 53 bits.
  const spread = BigInt(count) * BigInt(squares) - BigInt(sum) * BigInt(sum);
  return { mean: mean / FULL_SCALE, deviation: Math.sqrt(Number(spread)) / count / FULL_SCALE };
}
