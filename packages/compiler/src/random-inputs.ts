import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** How the numbers of a random input are distributed: uniform in [0, 1), or normal of mean 0 and variance 1. */
export type Distribution = 'uniform' | 'normal';

/** An input of a graph that every run draws anew. */
export interface RandomInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly distribution: Distribution;
}

/**
 * A source of the numbers of random inputs (xoroshiro128+; normal numbers by Box and Muller).
 *
 * @param seed a whole number; the same one gives the same sequence
 * @returns draws so many numbers, each time the next ones
 */
export function randomNumbers(seed: number): (count: number, distribution: Distribution) => Float32Array {
  const generator = xoroshiro128plus(seed);
  // The first numbers after seeding contain the seed's bits.
  generator.jump();
  const uniform = (): number => uniformFloat32(generator);
  // 1 - u lies in (0, 1], so that the logarithm is finite.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return (count, distribution) => Float32Array.from({ length: count }, distribution === 'uniform' ? uniform : normal);
}
