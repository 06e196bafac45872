import {
  formatInterval,
  formatNumber,
  interval,
  predictedFullBatch,
  ratioInterval,
  type EpochDynamics,
  type Interval,
  type SecondRelationRun,
} from '@fdr/core/relations';
import type { Claim } from '@fdr/records';
import { judged, unbounded } from './claim.js';
import type { CompletedEstimate } from './completed-run.js';
import type { TitledTable } from './drawn-figure.js';
import type { Shortness } from './long-times.js';

/** How the runs of a figure go through an epoch; the learning rate is each run's own. */
export type EpochShape = Omit<EpochDynamics, 'learningRate'>;

/** <O_FB> at one learning rate: measured, and predicted from the curvatures and the noise at the smallest one. */
export interface PredictedPoint {
  readonly learningRate: number;
  readonly measured: Interval;
  readonly predicted: Interval;
  /** Measured over predicted. */
  readonly ratio: Interval;
}

/** What each estimate's noise spectrum predicts for one learning rate. */
const predictionsAt = (
  learningRate: number,
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): readonly number[] =>
  estimates.map(({ estimate }) => predictedFullBatch(estimate.spectrum, { ...shape, learningRate }));

/**
 * Compares every learning rate with its prediction.
 *
 * @param runs stationary runs; at least one
 * @param estimates at the smallest learning rate; at least one
 */
export function predictedPoints(
  runs: readonly SecondRelationRun[],
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): readonly PredictedPoint[] {
  const learningRates = [...new Set(runs.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
  return learningRates.map((learningRate) => {
    const measured = runs.filter((run) => run.learningRate === learningRate).map(({ oFB }) => oFB);
    const predicted = predictionsAt(learningRate, estimates, shape);
    const exists = predicted.every(Number.isFinite);
    return {
      learningRate,
      measured: interval(measured),
      predicted: exists ? interval(predicted) : unbounded(NaN),
      ratio: exists ? ratioInterval(measured, predicted) : unbounded(NaN),
    };
  });
}

/** Learning rates at which the predicted curve is drawn. */
const CURVE_POINTS = 40;

/** The mean prediction from near 0 to a learning rate, as a curve. */
export const predictedCurve = (
  to: number,
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): readonly { readonly learningRate: number; readonly oFB: number }[] =>
  Array.from({ length: CURVE_POINTS }, (_, index) => {
    // Evenly spaced in the square root: most of what shuffling changes is at small rates.
    const learningRate = to * ((index + 1) / CURVE_POINTS) ** 2;
    return { learningRate, oFB: interval(predictionsAt(learningRate, estimates, shape)).mean };
  });

/** The part of <O_FB> that this way of drawing mini-batches leaves of that with independent ones, as predicted: one number for each estimate. */
export const partsLeft = (
  learningRate: number,
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): readonly number[] => {
  const independent = predictionsAt(learningRate, estimates, { ...shape, sampling: 'replacement' });
  return predictionsAt(learningRate, estimates, shape).map((own, index) => own / (independent[index] ?? NaN));
};

/**
 * A claim for each learning rate: O_FB is what curvature and noise predict for this way of drawing mini-batches.
 *
 * @param tolerance relative distance from the prediction that counts as none
 */
export const predictionClaims = (
  points: readonly PredictedPoint[],
  { sampling }: EpochShape,
  tolerance: number,
  short: Shortness = new Map(),
): readonly Claim[] =>
  points.map(({ learningRate, measured, predicted, ratio }) =>
    judged(
      {
        statement: `At η = ${formatNumber(learningRate)} <O_FB> is what the noise spectrum predicts for ${drawn(sampling)}.`,
        section: 'beyond the paper, section 3.2',
        test:
          `measured over predicted is within ${100 * tolerance} % of 1, with its 95 % interval. The prediction takes the landscape as ` +
          'harmonic, with curvatures and noise as at the smallest η',
        tolerance: { low: 1 - tolerance, high: 1 + tolerance },
      },
      [
        {
          quantity: `ratio of <O_FB> = ${formatInterval(measured)} and predicted ${formatInterval(predicted)}`,
          ...ratio,
          // The spectrum is that of the smallest learning rate.
          obstacle: short.get(points[0]?.learningRate ?? NaN) ?? short.get(learningRate),
        },
      ],
    ),
  );

const drawn = (sampling: EpochShape['sampling']): string =>
  sampling === 'shuffle' ? 'shuffled mini-batches' : 'independent mini-batches';

/** The numbers behind {@link predictionClaims}. */
export const predictionTable = (points: readonly PredictedPoint[]): TitledTable => ({
  title: 'Measured and predicted at epochs’ ends',
  table: {
    columns: ['learning rate', '<O_FB>', 'predicted', '95 % from', 'to', 'measured over predicted', '95 % from', 'to'],
    rows: points.map(({ learningRate, measured, predicted, ratio }) => [
      learningRate,
      measured.mean,
      predicted.mean,
      predicted.low,
      predicted.high,
      ratio.mean,
      ratio.low,
      ratio.high,
    ]),
  },
});
