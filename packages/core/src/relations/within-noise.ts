import type { EventRecord } from '@fdr/records';
import { formatNumber } from './format.js';
import { formatRatio } from './measured-ratio.js';

/** A ratio this many standard errors from 1 is not there by chance. */
export const CERTAIN = 2;

/**
 * Whether a decision by `|O_L / O_R - 1| < X` is within noise: X is below the standard error of the ratio over its window (`ratioScatter`). Then a
 * ratio that is 1 on average passes at less than two of three windows, and one that is X off passes nearly as often.
 *
 * @param threshold X.
 * @param scatter undefined where it is not known: false, as nothing is claimed then.
 */
export const isWithinNoise = (threshold: number, scatter: number | undefined): scatter is number =>
  scatter !== undefined && threshold < scatter;

/** The end of a sentence on a decision. */
export const scatterClause = (threshold: number, scatter: number): string =>
  isWithinNoise(threshold, scatter)
    ? `; within noise: it scatters by ${formatNumber(scatter, 2)} over such a window`
    : `, over which it scatters by ${formatNumber(scatter, 2)}`;

/** What to do about decisions within noise. The scatter falls like 1 / steps. */
export function noiseWarning(threshold: number, scatter: number, stepsUsed: number): string {
  const enough = Math.ceil((stepsUsed * scatter) / threshold);
  return (
    `the threshold ${formatNumber(threshold)} is below the ratio's own scatter of ${formatNumber(scatter, 2)} over ${stepsUsed.toLocaleString('en')} steps: ` +
    `this drop may be luck, and later ones too; with minimum steps of ${Number(enough.toPrecision(2)).toLocaleString('en')} a window would tell`
  );
}

type LearningRateEvent = Extract<EventRecord, { type: 'learningRate' }>;

/** A parameter tensor, its ratio, and 2 standard errors of that. */
interface TensorOff {
  readonly name: string;
  readonly ratio: number;
  readonly error: number;
}

/**
 * The parameter tensors that were not in equilibrium beyond doubt when the learning rate changed: whose ratio was more than 2 standard errors and
 * more than the threshold away from 1.
 */
export function tensorsOff({ reason, layers = {} }: Pick<LearningRateEvent, 'reason' | 'layers'>): TensorOff[] {
  const threshold = Number(reason['threshold'] ?? 0);
  return Object.entries(layers)
    .map(([name, { ratio, scatter }]) => ({ name, ratio, error: CERTAIN * scatter }))
    .filter(({ ratio, error }) => Math.abs(ratio - 1) > Math.max(error, threshold));
}

/** The reason of a change of the learning rate, and `tensorsOff`. */
export function changeText(change: Pick<LearningRateEvent, 'reason' | 'layers'>): string {
  const off = tensorsOff(change).map((tensor) => `${tensor.name} ${formatRatio(tensor)}`);
  const { message } = change.reason;
  return off.length === 0 ? message : `${message}; not in equilibrium: ${off.join(', ')}`;
}
