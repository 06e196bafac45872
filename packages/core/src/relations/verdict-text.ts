import type { Claim, Tolerance } from '@fdr/records';
import type { Interval } from './confidence.js';
import { formatNumber } from './format.js';

/** With fewer digits 1.0102 would seem to be inside a tolerance up to 1.01. */
const DIGITS = 5;

/**
 * A value with its 95 % interval.
 *
 * @example formatInterval({ mean: 1.0021, low: 0.99521, high: 1.009 }) // '1.0021 (0.99521 to 1.009)'
 */
export function formatInterval({ mean, low, high }: Interval): string {
  if (Number.isNaN(mean)) return 'unknown';
  const known = Number.isFinite(low) && Number.isFinite(high);
  const bounds = known ? `${formatNumber(low, DIGITS)} to ${formatNumber(high, DIGITS)}` : 'interval unknown';
  return `${formatNumber(mean, DIGITS)} (${bounds})`;
}

/**
 * The values for which a claim is true.
 *
 * @example formatTolerance({ low: -0.2, high: Infinity }) // 'above -0.2'
 */
export function formatTolerance({ low, high }: Tolerance): string {
  if (high === Infinity) return `above ${formatNumber(low)}`;
  if (low === -Infinity) return `below ${formatNumber(high)}`;
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

/**
 * A verdict and the scale that it was made at.
 *
 * @example formatVerdict({ verdict: 'holds', scale: '0.1' }) // 'holds at scale 0.1'
 */
export const formatVerdict = ({ verdict, scale }: Pick<Claim, 'verdict' | 'scale'>): string =>
  scale === undefined ? verdict : `${verdict} at scale ${scale}`;
