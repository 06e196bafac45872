import { formatNumber } from '@fdr/core/relations';
import { brokenRanges, columnCurve } from './curve.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { halfRunningCurve, lastEpochSummary } from './run-records.js';
import { THEMES } from './theme.js';

/** The half-running averages (15) of the two sides of the first fluctuation-dissipation relation. Figure 1, bottom, of the paper. */
export const equilibrium: Figure = {
  id: 'equilibrium',
  title: 'The two sides of FDR1',
  caption:
    'Half-running averages of O_L = θ·∇f and O_R = (1+μ)/(2(1−ν)) η|v|² (17). They meet in the stationary state.',
  scale: 'log',
  draw(records, view) {
    const { run, epochs, steps } = records;
    const theme = THEMES[view.theme];
    return {
      option: runChartOption(records, view, {
        name: 'half-running average',
        traces: [
          { name: 'O_L', curve: halfRunningCurve(records, 'oL'), color: theme.oL, width: 2 },
          { name: 'O_R', curve: halfRunningCurve(records, 'oR'), color: theme.oR, width: 2 },
        ],
        gaps: brokenRanges(columnCurve(steps, 'oL', run.stepsPerEpoch)),
      }),
      table: {
        columns: ['epoch', 'O_L, half-running average', 'O_R, half-running average'],
        rows: epochs.map(({ epoch, oLHalf, oRHalf }) => [epoch, oLHalf, oRHalf]),
      },
      summary: lastEpochSummary(
        records,
        ({ epoch, oLHalf, oRHalf }) =>
          `O_L ${formatNumber(oLHalf)} and O_R ${formatNumber(oRHalf)} after epoch ${epoch}.`,
      ),
    };
  },
};
