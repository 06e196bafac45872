import { formatNumber, interval } from '@fdr/core/relations';
import type { CompletedEstimate } from './completed-run.js';
import type { TitledTable } from './drawn-figure.js';
import { partsLeft, type EpochShape } from './shuffling.js';

/** A systematic difference between the two sides of the cross-check, as a part of the side that it changes: one number for each sequence. */
export interface Bias {
  readonly source: string;
  readonly side: 'relation' | 'products';
  readonly shifts: readonly number[];
}

/**
 * What is known to move either side of the cross-check, beside the intervals, which hold chance alone.
 *
 * - Shuffling moves the relation's side; predicted from the noise spectrum.
 * - Exact second derivatives miss the jumps of the gradient at ReLU's kinks, which SGD crosses: differences over a finite distance contain them. In a
 *   stationary perceptron they gave 4 to 11 % more.
 * - Central differences have an error of their own: the change by a tenfold distance.
 *
 * @param estimates at the smallest learning rate; at least one
 */
export function crossCheckBiases(
  learningRate: number,
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): readonly Bias[] {
  const shuffling: Bias = {
    source: 'shuffling (predicted)',
    side: 'relation',
    shifts: partsLeft(learningRate, estimates, shape).map((part) => part - 1),
  };
  const widths = [...new Set(estimates.flatMap(({ estimate }) => estimate.differences.map(({ width }) => width)))];
  const differences = widths.map((width): Bias => {
    const found = estimates.flatMap(({ estimate }) => estimate.differences.filter((one) => one.width === width));
    return {
      source: `central differences of width ${formatNumber(width)} instead of ${methodText(estimates)}`,
      side: 'products',
      shifts: found.map(({ ratio }) => ratio - 1),
    };
  });
  return shape.sampling === 'shuffle' ? [shuffling, ...differences] : differences;
}

const methodText = (estimates: readonly CompletedEstimate[]): string =>
  estimates.every(({ estimate }) => estimate.method === 'exact')
    ? 'exact second derivatives, which miss the kinks of ReLU'
    : 'differences of width 0.001';

/** The biases, each with its interval over the sequences. */
export const biasTable = (biases: readonly Bias[]): TitledTable => ({
  title: 'Biases of the cross-check, as parts of the side that they change',
  table: {
    columns: ['source', 'side', 'shift', '95 % from', 'to'],
    rows: biases.map(({ source, side, shifts }) => {
      const { mean, low, high } = interval(shifts);
      return [source, side === 'relation' ? 'by the relation' : 'by products', mean, low, high];
    }),
  },
});
