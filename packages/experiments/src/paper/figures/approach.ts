import { approachPanels } from '@fdr/figures';
import type { Claim } from '@fdr/records';
import { judged } from './claim.js';
import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import type { DrawnFigure } from './drawn-figure.js';
import { shortness } from './long-times.js';
import { runRatio } from './run-ratio.js';

/** Distance of O_L / O_R from 1 within which the two sides agree: the paper's own threshold X (section 3.3). */
export const AGREEMENT = 0.01;

/**
 * Figure 1: the approach to stationarity of one network in its first training.
 *
 * @throws Error if the initial run is not completed
 */
export function drawApproach({ protocol }: PlannedFigure, { runs: [initial] }: CompletedParts): DrawnFigure {
  if (!initial) throw new Error('figure 1 is drawn from the initial run');
  const { records } = initial;
  return {
    title: `Figure 1: approach to stationarity, ${protocol.title}`,
    caption:
      'Top: mini-batch loss of each step and its half-running average (15). Bottom: half-running averages of O_L and O_R (17), ' +
      'whose stationary averages agree according to the first fluctuation-dissipation relation (FDR1′).',
    panels: (theme) => approachPanels(records, theme),
    claims: [convergence(initial)],
    tables: [],
  };
}

/** Claim of section 3.1: the two sides converge to each other. */
function convergence({ records }: CompletedRun): Claim {
  const last = records.epochs.at(-1)?.epoch ?? 0;
  return judged(
    {
      statement: 'The half-running averages of O_L and O_R converge to each other.',
      section: 'section 3.1, figure 1',
      test: `O_L / O_R is within ${AGREEMENT} of 1 after the last epoch, with its 95 % interval from the run’s own fluctuations`,
      tolerance: { low: 1 - AGREEMENT, high: 1 + AGREEMENT },
    },
    [{ quantity: `O_L / O_R after ${last} epochs`, ...runRatio(records), obstacle: shortness(records) }],
  );
}
