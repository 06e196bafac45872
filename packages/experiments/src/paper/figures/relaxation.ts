import { formatNumber, leastSquares, type Interval } from '@fdr/core/relations';
import { relaxationPanels, type RunRecords } from '@fdr/figures';
import type { Claim, EpochRecord } from '@fdr/records';
import { judged, unbounded } from './claim.js';
import type { CompletedParts } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import { AGREEMENT } from './approach.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';
import { shortness } from './long-times.js';
import { runRatio } from './run-ratio.js';

/** Distance of O_L / O_R from 1 within which a run counts as relaxed: wide enough for the noise of one epoch's ratio. */
const RELAXED = 0.1;

/** The relaxation of the run at one learning rate. */
export interface StageRelaxation {
  readonly learningRate: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** O_L / O_R after the last epoch. */
  readonly ratio: Interval;
  /** Epochs after which the ratio stays within {@link RELAXED} of 1; infinite if it does not. */
  readonly relaxedAfter: number;
  /** Why the run says nothing of long times, if it does not. */
  readonly shortness: string | undefined;
}

/**
 * The relaxation time of a run.
 *
 * @param epochs of the run, in order
 * @param distance of the ratio from 1 within which the run counts as relaxed; above 0
 * @returns the epochs after which the ratio stays within `distance` of 1 up to the end; infinite if the last one is not
 */
export function relaxationEpochs(epochs: readonly Pick<EpochRecord, 'epoch' | 'ratio'>[], distance: number): number {
  const lastOutside = epochs.findLast(({ ratio }) => !(Math.abs(ratio - 1) < distance));
  if (lastOutside === undefined) return epochs[0]?.epoch ?? Infinity;
  return lastOutside === epochs.at(-1) ? Infinity : lastOutside.epoch + 1;
}

const relaxationOf = (records: RunRecords): StageRelaxation => ({
  learningRate: records.run.config.learningRate,
  epochs: records.epochs.length,
  ratio: runRatio(records),
  relaxedAfter: relaxationEpochs(records.epochs, RELAXED),
  shortness: shortness(records),
});

/** Figure 2: one sequence of learning rates, each run from the last parameters of the one before. */
export function drawRelaxation({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const stages = runs.filter(({ role }) => role.kind === 'stage').map(({ records }) => records);
  const relaxations = stages.map(relaxationOf);
  return {
    title: `Figure 2: approach to stationarity at each learning rate, ${protocol.title}`,
    caption:
      'Half-running averages of O_L (solid) and O_R (dashed) over the epochs of each run of one sequence, from hot (the highest ' +
      'learning rate) to cold, and their ratio at epochs’ ends. Ratios beyond the axis are in the data beside the image.',
    panels: (theme) => relaxationPanels(stages, theme),
    claims: [agreement(relaxations), slowing(relaxations)],
    tables: [relaxationTable(relaxations)],
  };
}

const relaxationTable = (relaxations: readonly StageRelaxation[]): TitledTable => ({
  title: 'Relaxation at each learning rate',
  table: {
    columns: [
      'learning rate',
      'epochs',
      'O_L / O_R at the end',
      '95 % from',
      'to',
      `epochs until within ${RELAXED} of 1`,
    ],
    rows: relaxations.map(({ learningRate, epochs, ratio, relaxedAfter }) => [
      learningRate,
      epochs,
      ratio.mean,
      ratio.low,
      ratio.high,
      relaxedAfter === Infinity ? 'not in this run' : relaxedAfter,
    ]),
  },
});

/** Claim of section 3.1: the sides agree at long times, whatever the learning rate. */
export const agreement = (relaxations: readonly StageRelaxation[]): Claim =>
  judged(
    {
      statement: 'The two sides agree at sufficiently long times at every learning rate.',
      section: 'section 3.1, figure 2',
      test: `O_L / O_R is within ${AGREEMENT} of 1 at the end of every run, with its 95 % interval from the run’s own fluctuations`,
      tolerance: { low: 1 - AGREEMENT, high: 1 + AGREEMENT },
    },
    relaxations.map(({ learningRate, ratio, shortness: obstacle }) => ({
      quantity: `O_L / O_R at η = ${formatNumber(learningRate)}`,
      ...ratio,
      obstacle,
    })),
  );

/**
 * Claim of section 3.1: the smaller the learning rate, the longer it takes. The theory's time is proportional to 1 / eta: a power of -1.
 *
 * A time of one epoch is shorter than what is resolved, and that of a run which is shorter than its relaxation time is luck.
 */
export function slowing(relaxations: readonly StageRelaxation[]): Claim {
  const known = relaxations.filter(
    ({ relaxedAfter, shortness: reason }) => relaxedAfter > 1 && relaxedAfter < Infinity && reason === undefined,
  );
  const rates = new Set(known.map(({ learningRate }) => learningRate));
  // The third rate is the first that tells how far the times scatter about a power law.
  const measurable = rates.size >= 3;
  const rows = known.map(({ learningRate }) => [1, Math.log(learningRate)]);
  const [, power] = measurable
    ? leastSquares(
        rows,
        known.map(({ relaxedAfter }) => Math.log(relaxedAfter)),
      )
    : [];
  const times = relaxations.map(({ learningRate, relaxedAfter, epochs }) => {
    const time = relaxedAfter === Infinity ? `more than ${epochs}` : String(relaxedAfter);
    return `${time} at η = ${formatNumber(learningRate)}`;
  });
  return judged(
    {
      statement: 'The smaller the learning rate is, the longer it takes to equilibrate.',
      section: 'section 3.1, figure 2',
      test:
        `the epochs until the ratio stays within ${RELAXED} of 1 grow as a power of η that is below 0 with its 95 % interval ` +
        '(least squares of logarithms)',
      tolerance: { low: -Infinity, high: 0 },
    },
    [
      {
        quantity: `power of η, of ${times.join(', ')} epochs`,
        ...(power ?? unbounded(NaN)),
        obstacle: measurable ? undefined : 'fewer than three learning rates have a time that the runs resolve',
      },
    ],
  );
}
