import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { z } from 'zod';
import type { SettingValue } from './settings.js';

const rising = (bounds: readonly number[]): boolean => (bounds[0] ?? 0) < (bounds[1] ?? 0);
const pair = z.tuple([z.number(), z.number()]).refine(rising, 'expected two numbers, the lower one first');
const positivePair = pair.refine(([low]) => low > 0, 'expected two numbers above 0');

/** How a setting is drawn: evenly between two numbers, evenly in the logarithm, among integers (both ends included), or one of some values. */
export const distribution = z.union([
  z.strictObject({ uniform: pair }),
  z.strictObject({ logUniform: positivePair }),
  z.strictObject({ integers: pair }),
  z.strictObject({ choice: z.array(z.union([z.number(), z.string(), z.boolean()])).min(1) }),
]);
/** See {@link distribution}. */
type Distribution = z.infer<typeof distribution>;

/** What is drawn, and how often. */
export interface RandomPoints {
  readonly count: number;
  /** A 32-bit unsigned integer. */
  readonly seed: number;
  readonly settings: Readonly<Record<string, Distribution>>;
}

/**
 * Draws points. The first ones do not depend on how many follow, so that a plan can be made longer.
 *
 * @returns as many as `count` says; equal seeds give equal points
 */
export function drawPoints({ count, seed, settings }: RandomPoints): readonly Readonly<Record<string, SettingValue>>[] {
  const generator = xoroshiro128plus(seed);
  // The first numbers after seeding contain the seed's bits.
  generator.jump();
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      Object.entries(settings).map(([name, from]) => [name, quantile(from, uniformFloat64(generator))]),
    ),
  );
}

/** @param u in [0, 1) */
function quantile(from: Distribution, u: number): SettingValue {
  if ('choice' in from) return from.choice[Math.floor(u * from.choice.length)] ?? '';
  if ('uniform' in from) return from.uniform[0] + u * (from.uniform[1] - from.uniform[0]);
  if ('integers' in from) return from.integers[0] + Math.floor(u * (from.integers[1] - from.integers[0] + 1));
  return from.logUniform[0] * (from.logUniform[1] / from.logUniform[0]) ** u;
}
