import { formatNumber } from '@fdr/core/relations';
import { relaxationPanels } from '@fdr/figures';
import type { Claim, EpochRecord } from '@fdr/records';
import { verdictOf } from './claim.js';
import type { CompletedParts } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import { AGREEMENT } from './approach.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';

/** Distance of O_L / O_R from 1 within which a run counts as relaxed: wide enough for the noise of one epoch's ratio. */
const RELAXED = 0.1;

/** The relaxation of the run at one learning rate. */
export interface Relaxation {
  readonly learningRate: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** O_L / O_R after the last epoch. */
  readonly ratio: number;
  /** Epochs after which the ratio stays within {@link RELAXED} of 1; infinite if it does not. */
  readonly relaxedAfter: number;
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

/** Figure 2: one sequence of learning rates, each run from the last parameters of the one before. */
export function drawRelaxation({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const stages = runs.filter(({ role }) => role.kind === 'stage').map(({ records }) => records);
  const relaxations = stages.map(({ run, epochs }) => ({
    learningRate: run.config.learningRate,
    epochs: epochs.length,
    ratio: epochs.at(-1)?.ratio ?? NaN,
    relaxedAfter: relaxationEpochs(epochs, RELAXED),
  }));
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

const relaxationTable = (relaxations: readonly Relaxation[]): TitledTable => ({
  title: 'Relaxation at each learning rate',
  table: {
    columns: ['learning rate', 'epochs', 'O_L / O_R at the end', `epochs until within ${RELAXED} of 1`],
    rows: relaxations.map(({ learningRate, epochs, ratio, relaxedAfter }) => [
      learningRate,
      epochs,
      ratio,
      relaxedAfter === Infinity ? 'not in this run' : relaxedAfter,
    ]),
  },
});

/** Claim of section 3.1: the sides agree at long times, whatever the learning rate. */
export function agreement(relaxations: readonly Relaxation[]): Claim {
  const distance = ({ ratio }: Relaxation): number => Math.abs(ratio - 1);
  const farthest = relaxations.reduce<Relaxation | undefined>(
    (far, one) => (distance(one) > (far ? distance(far) : 0) ? one : far),
    undefined,
  );
  const agreeing = relaxations.filter((one) => distance(one) < AGREEMENT);
  const measurable = relaxations.length > 0 && relaxations.every(({ ratio }) => Number.isFinite(ratio));
  return {
    statement: 'The two sides agree at sufficiently long times at every learning rate.',
    section: 'section 3.1, figure 2',
    test: `O_L / O_R is within ${AGREEMENT} of 1 at the end of every run`,
    measured:
      `${agreeing.length} of ${relaxations.length} learning rates agree` +
      (farthest
        ? `; farthest is ${formatNumber(farthest.ratio, 5)} at η = ${formatNumber(farthest.learningRate)}`
        : ''),
    verdict: verdictOf(measurable ? agreeing.length === relaxations.length : undefined),
  };
}

/** Claim of section 3.1: the smaller the learning rate, the longer it takes. */
export function slowing(relaxations: readonly Relaxation[]): Claim {
  const ordered = relaxations.toSorted((left, right) => right.learningRate - left.learningRate);
  const times = ordered.map(({ relaxedAfter }) => relaxedAfter);
  const [first = NaN] = times;
  const last = times.at(-1) ?? NaN;
  const growing = times.every((time, index) => time >= (times[index - 1] ?? 0));
  // Two runs that did not relax cannot be compared.
  const comparable = times.filter((time) => time < Infinity).length >= 2;
  return {
    statement: 'The smaller the learning rate is, the longer it takes to equilibrate.',
    section: 'section 3.1, figure 2',
    test: `the epochs until the ratio stays within ${RELAXED} of 1 grow as the learning rate falls`,
    measured: ordered
      .map(({ learningRate, relaxedAfter, epochs }) => {
        const time = relaxedAfter === Infinity ? `more than ${epochs}` : String(relaxedAfter);
        return `${time} ${relaxedAfter === 1 ? 'epoch' : 'epochs'} at η = ${formatNumber(learningRate)}`;
      })
      .join(', '),
    verdict: verdictOf(comparable ? growing && last > first : undefined),
  };
}
