import type { Claim } from '@fdr/records';
import { formatNumber } from '@fdr/core/relations';
import { approachPanels } from '@fdr/figures';
import { verdictOf } from '../claim.js';
import type { CompletedRun } from '../completed-run.js';
import type { PlannedFigure } from '../plan.js';
import type { DrawnFigure } from './drawn-figure.js';

/** Distance of the ratio from one within which the sides agree: the paper's own threshold X (section 3.3). */
export const AGREEMENT = 0.01;

/** Figure 1: one network's approach to stationarity in its first training. */
export function drawApproach({ protocol }: PlannedFigure, [initial]: readonly CompletedRun[]): DrawnFigure {
  if (!initial) throw new Error('figure 1 is drawn of the initial run');
  const { records } = initial;
  return {
    title: `Figure 1: approach to stationarity, ${protocol.title}`,
    caption:
      'Top: mini-batch loss of each step and its half-running average (15). Bottom: half-running averages of O_L and O_R (17), ' +
      'whose stationary averages agree according to the first fluctuation-dissipation relation (FDR1′).',
    panels: (theme) => approachPanels(records, theme),
    claims: [agreement(initial)],
    tables: [],
  };
}

function agreement({ records: { epochs } }: CompletedRun): Claim {
  const first = epochs[0]?.ratio ?? NaN;
  const last = epochs.at(-1);
  const ratio = last?.ratio ?? NaN;
  return {
    statement: 'The half-running averages of O_L and O_R converge to each other.',
    section: 'section 3.1, figure 1',
    test: `O_L / O_R is within ${AGREEMENT} of 1 after the last epoch`,
    measured: `O_L / O_R = ${formatNumber(ratio, 5)} after ${last?.epoch ?? 0} epochs (${formatNumber(first)} after the first)`,
    verdict: verdictOf(Number.isFinite(ratio) ? Math.abs(ratio - 1) < AGREEMENT : undefined),
  };
}
