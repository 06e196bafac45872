import type { Settings } from '@fdr/records';
import type { Interval } from './confidence.js';

/**
 * A number in at most `digits` significant digits and no trailing zeros, an exponent only below 1e-3 and from 1e6 on; `NaN`, `∞` and
 * `−∞` where it is not finite.
 *
 * @param digits 1 to 15.
 * @example formatNumber(0.0081000001) // '0.0081'
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`;
  }
  return String(Number(value.toPrecision(digits)));
}

/**
 * A measured number in exactly four significant digits, so that numbers under one another can be compared.
 *
 * @example formatMeasured(1.05) // '1.050'
 */
export function formatMeasured(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return formatNumber(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(3) : value.toPrecision(4);
  return text.replace('e+', 'e');
}

/**
 * A measured number and its interval.
 *
 * @example formatRange({ mean: 0.5, low: 0.25, high: 1 }) // '0.5000 (0.2500 to 1.000)'
 */
export const formatRange = ({ mean, low, high }: Interval): string =>
  `${formatMeasured(mean)} (${formatMeasured(low)} to ${formatMeasured(high)})`;

/**
 * A fraction of one as percent with two decimals.
 *
 * @example formatPercent(0.9712) // '97.12 %'
 */
export const formatPercent = (fraction: number): string =>
  Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : formatNumber(fraction);

/**
 * Seconds as `0:07`, `12:34`, `1:02:03`, `5 d`; `?` where they are negative or not finite.
 *
 * @example formatDuration(754) // '12:34'
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  const whole = Math.round(seconds);
  if (whole >= 100 * 3600) return `${Math.round(whole / 86400)} d`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const twoDigits = (part: number): string => String(part).padStart(2, '0');
  const clock = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(whole % 60)}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

/**
 * A schedule or an optimizer with its options.
 *
 * @example formatSettings({ kind: 'step', everyEpochs: 100, divisor: 10 }) // 'step (everyEpochs 100, divisor 10)'
 */
export function formatSettings({ kind, ...options }: Settings): string {
  const listed = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return listed.length === 0 ? kind : `${kind} (${listed.join(', ')})`;
}

/**
 * A change of the learning rate: `0.1 -> 0.09`; the rate alone where it only begins to move.
 *
 * @param arrow between the two rates.
 */
export const formatRateChange = (from: number, to: number, arrow = '->'): string =>
  from === to ? formatNumber(from) : `${formatNumber(from)} ${arrow} ${formatNumber(to)}`;
