import { formatNumber } from '@fdr/core/relations';
import { brokenRanges, columnCurve } from './curve.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { halfRunningCurve, lastEpochSummary } from './run-records.js';
import { THEMES } from './theme.js';

/** The mini-batch loss f^B: the extremes of all steps and the half-running average (15). Figure 1, top, of the paper. */
export const loss: Figure = {
  id: 'loss',
  title: 'Mini-batch loss',
  caption: 'Loss of each mini-batch, L2 term included, and its half-running average (15).',
  scale: 'log',
  draw(records, view) {
    const theme = THEMES[view.theme];
    const steps = columnCurve(records.steps, 'loss', records.run.stepsPerEpoch);
    const average = halfRunningCurve(records, 'loss');
    return {
      option: runChartOption(records, view, {
        name: 'loss',
        traces: [
          { name: 'each step', curve: steps, color: theme.stepLoss, width: 1, opacity: 0.45 },
          { name: 'half-running', curve: average, color: theme.average, width: 2.25 },
        ],
        gaps: brokenRanges(steps),
      }),
      table: {
        columns: ['epoch', 'loss, half-running average'],
        rows: records.epochs.map(({ epoch, lossHalf }) => [epoch, lossHalf]),
      },
      summary: lastEpochSummary(
        records,
        ({ epoch, lossHalf }) => `Half-running mini-batch loss ${formatNumber(lossHalf)} after epoch ${epoch}.`,
      ),
    };
  },
};
