import { brokenRanges, columnCurve } from './curve.js';
import { chartOption } from './chart.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { halfRunningCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** The two sides of the first fluctuation-dissipation relation, half-running (15): figure 1, bottom, of the paper. */
export const equilibrium: Figure = {
  id: 'equilibrium',
  title: 'The two sides of FDR1',
  caption:
    'Half-running averages of O_L = θ·∇f and O_R = (1+μ)/(2(1−ν)) η|v|² (17). They meet in the stationary state.',
  scale: 'log',
  draw(records, view) {
    const { run, epochs, events, steps } = records;
    const theme = THEMES[view.theme];
    const side = (column: 'oL' | 'oR') =>
      halfRunningCurve(
        records,
        [column],
        ([value = NaN]) => value,
        (record) => record[`${column}Half`],
      );
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: 'half-running average',
          traces: [
            { name: 'O_L', curve: side('oL'), color: theme.lines[0] as string, width: 2 },
            { name: 'O_R', curve: side('oR'), color: theme.lines[1] as string, width: 2 },
          ],
          gaps: brokenRanges(columnCurve(steps, 'oL', run.stepsPerEpoch)),
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        visibleEpochs(records, view),
      ),
      table: {
        columns: ['epoch', 'O_L, half-running average', 'O_R, half-running average'],
        rows: epochs.map(({ epoch, oLHalf, oRHalf }) => [epoch, oLHalf, oRHalf]),
      },
      summary: last
        ? `O_L ${numberText(last.oLHalf)} and O_R ${numberText(last.oRHalf)} after epoch ${last.epoch}.`
        : 'No epoch has ended yet.',
    };
  },
};
