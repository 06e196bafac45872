import { brokenRanges, columnCurve } from './curve.js';
import { chartOption } from './chart.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { halfRunningCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** Mini-batch loss f^B, every step's extremes and the half-running average (15): figure 1, top, of the paper. */
export const loss: Figure = {
  id: 'loss',
  title: 'Mini-batch loss',
  caption: 'Loss of each mini-batch, L2 term included, and its half-running average (15).',
  scale: 'log',
  draw(records, view) {
    const { run, epochs, events, steps } = records;
    const theme = THEMES[view.theme];
    const instant = columnCurve(steps, 'loss', run.stepsPerEpoch);
    const average = halfRunningCurve(
      records,
      ['loss'],
      ([value = NaN]) => value,
      ({ lossHalf }) => lossHalf,
    );
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: 'loss',
          traces: [
            { name: 'each step', curve: instant, color: theme.lines[4] as string, width: 1, opacity: 0.45 },
            { name: 'half-running', curve: average, color: theme.ink, width: 2.25 },
          ],
          gaps: brokenRanges(instant),
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        visibleEpochs(records, view),
      ),
      table: {
        columns: ['epoch', 'loss, half-running average'],
        rows: epochs.map(({ epoch, lossHalf }) => [epoch, lossHalf]),
      },
      summary: last
        ? `Half-running mini-batch loss ${numberText(last.lossHalf)} after epoch ${last.epoch}.`
        : 'No epoch has ended yet.',
    };
  },
};
