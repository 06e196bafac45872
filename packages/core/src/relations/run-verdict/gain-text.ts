import type { Interval } from '../confidence.js';
import { formatNumber, formatRange } from '../format.js';
import { possibleGain, type ValleyFloor } from '../valley-floor.js';

/** How sure an estimate of the valley's floor is: what earlier drops of the same run said of it. */
export function calibrationText({ calibration }: Pick<ValleyFloor, 'calibration'>): string {
  if (!calibration) return 'no earlier drop has tested this estimate';
  const { pairs, factor } = calibration;
  return `at ${pairs} earlier ${pairs === 1 ? 'drop' : 'drops'} the loss fell by ${formatNumber(factor, 3)} of the estimate`;
}

/** What half the learning rate would gain, in a sentence with its uncertainty. @param valley undefined where there is no estimate. */
export function gainText(valley: ValleyFloor | undefined, threshold: number): string {
  if (!valley)
    return `What a lower rate would gain is not known: an estimate needs 10 epochs at one rate, the ratio within ${formatNumber(threshold)} of 1, and losses that tell a height from 0.`;
  const half = valley.learningRate / 2;
  const gain = formatRange(possibleGain(valley, half));
  return `At half the rate, ${formatNumber(half)}, the loss would be lower by about ${gain}; ${calibrationText(valley)}.`;
}

/** Fractions of the learning rate whose gain is shown. */
const FRACTIONS = [
  { fraction: 1 / 2, label: 'at half of it' },
  { fraction: 1 / 10, label: 'at a tenth' },
  { fraction: 0, label: 'at none' },
] as const;

/** What the loss would fall by at some lower learning rates. */
export const gainsOf = (
  valley: ValleyFloor,
): { readonly label: string; readonly lower: number; readonly gain: Interval }[] =>
  FRACTIONS.map(({ fraction, label }) => {
    const lower = fraction * valley.learningRate;
    return { label, lower, gain: possibleGain(valley, lower) };
  });
