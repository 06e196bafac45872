import type { Claim, EpochRecord } from '@fdr/records';
import { formatNumber } from '@fdr/core/relations';
import { relaxationPanels } from '@fdr/figures';
import { verdictOf } from '../claim.js';
import type { CompletedRun } from '../completed-run.js';
import type { PlannedFigure } from '../plan.js';
import { AGREEMENT } from './approach.js';
import type { DrawnFigure } from './drawn-figure.js';

/** Distance of the ratio from one at which a run counts as relaxed: wide enough for the noise of one epoch's ratio. */
const RELAXED = 0.1;

/** What one learning rate's run came to. */
interface Relaxation {
  readonly learningRate: number;
  readonly epochs: number;
  /** O_L / O_R after the last epoch. */
  readonly ratio: number;
  /** Epochs after which the ratio stays within {@link RELAXED} of one; infinite where it does not. */
  readonly relaxedAfter: number;
}

/** Epochs after which the ratio stays within `distance` of one up to the end; infinite where the last is not. */
export function relaxationEpochs(epochs: readonly Pick<EpochRecord, 'epoch' | 'ratio'>[], distance: number): number {
  const lastOutside = epochs.findLast(({ ratio }) => !(Math.abs(ratio - 1) < distance));
  if (lastOutside === undefined) return epochs[0]?.epoch ?? Infinity;
  return lastOutside === epochs.at(-1) ? Infinity : lastOutside.epoch + 1;
}

/** Figure 2: one sequence of learning rates, each run from where the one before ended. */
export function drawRelaxation({ protocol }: PlannedFigure, made: readonly CompletedRun[]): DrawnFigure {
  const runs = made.filter(({ part }) => part.kind === 'stage').map(({ records }) => records);
  const relaxations = runs.map(({ run, epochs }) => ({
    learningRate: run.config.learningRate,
    epochs: epochs.length,
    ratio: epochs.at(-1)?.ratio ?? NaN,
    relaxedAfter: relaxationEpochs(epochs, RELAXED),
  }));
  return {
    title: `Figure 2: approach to stationarity at each learning rate, ${protocol.title}`,
    caption:
      'Half-running averages of O_L (solid) and O_R (dashed) over the epochs of each run of one sequence, from hot (the highest ' +
      'learning rate) to cold, and their ratio at epochs’ ends. Ratios beyond the axis are in the data beside the picture.',
    panels: (theme) => relaxationPanels(runs, theme),
    claims: [agreement(relaxations), slowing(relaxations)],
    tables: [
      {
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
      },
    ],
  };
}

/** Claim of section 3.1: the sides agree at long times, whatever the learning rate. */
export function agreement(relaxations: readonly Relaxation[]): Claim {
  const worst = relaxations.reduce<Relaxation | undefined>(
    (far, one) => (Math.abs(one.ratio - 1) > Math.abs((far?.ratio ?? 1) - 1) ? one : far),
    undefined,
  );
  const agreeing = relaxations.filter(({ ratio }) => Math.abs(ratio - 1) < AGREEMENT);
  return {
    statement: 'The two sides agree at sufficiently long times at every learning rate.',
    section: 'section 3.1, figure 2',
    test: `O_L / O_R is within ${AGREEMENT} of 1 at the end of every run`,
    measured:
      `${agreeing.length} of ${relaxations.length} learning rates agree` +
      (worst ? `; farthest is ${formatNumber(worst.ratio, 5)} at η = ${formatNumber(worst.learningRate)}` : ''),
    verdict: verdictOf(
      relaxations.length > 0 && relaxations.every(({ ratio }) => Number.isFinite(ratio))
        ? agreeing.length === relaxations.length
        : undefined,
    ),
  };
}

/** Claim of section 3.1: the smaller the learning rate, the longer it takes. */
export function slowing(relaxations: readonly Relaxation[]): Claim {
  const ordered = relaxations.toSorted((left, right) => right.learningRate - left.learningRate);
  const times = ordered.map(({ relaxedAfter }) => relaxedAfter);
  const [first = NaN] = times;
  const last = times.at(-1) ?? NaN;
  const growing = times.every((time, index) => index === 0 || time >= (times[index - 1] as number));
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
    // Two runs that did not relax at all can't be told apart.
    verdict: verdictOf(times.filter((time) => time < Infinity).length < 2 ? undefined : growing && last > first),
  };
}
