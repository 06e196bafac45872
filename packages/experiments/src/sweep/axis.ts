import { ExperimentError } from '../experiment-error.js';
import type { SettingValue } from './settings.js';

const RANGE = /^(-?\d+)\.\.(-?\d+)$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Most values of one range. */
const LONGEST = 100_000;

/**
 * The values that a text stands for: `1..16` for the integers of a range, `0.1,0.05` for several values, else one value.
 *
 * @param name of the setting, for the message
 * @throws ExperimentError if a range is empty or too long
 */
export function parseAxis(name: string, text: string): readonly SettingValue[] {
  // Names of observables are one value together.
  if (name === 'observables') return [text.split(',')];
  return text.split(',').flatMap((part) => parseRange(name, part.trim()));
}

function parseRange(name: string, part: string): readonly SettingValue[] {
  const [, from, to] = RANGE.exec(part) ?? [];
  if (from === undefined || to === undefined) return [parseValue(part)];
  const length = Number(to) - Number(from) + 1;
  if (!(length >= 1 && length <= LONGEST))
    throw new ExperimentError(`${name}: a range must have 1 to ${LONGEST} values, as 1..16 has 16; found ${part}`);
  return Array.from({ length }, (_, index) => Number(from) + index);
}

function parseValue(part: string): SettingValue {
  if (DECIMAL.test(part)) return Number(part);
  return part === 'true' || (part === 'false' ? false : part);
}
