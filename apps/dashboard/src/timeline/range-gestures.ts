import type { Range, Scale } from '@fdr/figures';

/** Fewest epochs that can be zoomed to. */
const LEAST = 1e-3;

const forward = (scale: Scale, value: number): number => (scale === 'log' ? Math.log(value) : value);
const back = (scale: Scale, value: number): number => (scale === 'log' ? Math.exp(value) : value);

/** The value at a fraction of the axis, 0 at its left end and 1 at its right end. */
export const valueAt = ({ from, to }: Range, fraction: number, scale: Scale): number =>
  back(scale, forward(scale, from) + fraction * (forward(scale, to) - forward(scale, from)));

/** Moves a range into the whole one, without changing its length where it fits. Null: it is the whole one. */
function within(from: number, to: number, whole: Range, scale: Scale): Range | null {
  const [least, most] = [forward(scale, whole.from), forward(scale, whole.to)];
  const length = Math.min(to - from, most - least);
  const start = Math.min(Math.max(from, least), most - length);
  const range = { from: back(scale, start), to: back(scale, start + length) };
  if (range.to - range.from < LEAST) return range.to > range.from ? { from: range.from, to: range.from + LEAST } : null;
  return length >= (most - least) * (1 - 1e-9) ? null : range;
}

/**
 * The range of which the visible one is `factor` times, with the value at a fraction of the axis left in its place.
 *
 * @param factor below 1 to see less, above 1 to see more.
 * @returns null where all is visible.
 */
export function zoomed(visible: Range, fraction: number, factor: number, whole: Range, scale: Scale): Range | null {
  const [from, to] = [forward(scale, visible.from), forward(scale, visible.to)];
  const centre = from + fraction * (to - from);
  return within(centre - factor * (centre - from), centre + factor * (to - centre), whole, scale);
}

/** The visible range moved by a fraction of its length; null where all is visible. */
export function panned(visible: Range, fraction: number, whole: Range, scale: Scale): Range | null {
  const [from, to] = [forward(scale, visible.from), forward(scale, visible.to)];
  const shift = fraction * (to - from);
  return within(from + shift, to + shift, whole, scale);
}
