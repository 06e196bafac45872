import { balanceAxis, beyond, onAxis } from './balance-axis.js';
import { chartOption } from './chart.js';
import { brokenRanges, reduceCurve } from './curve.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { epochCurve, halfRunningCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** O_L / O_R of the half-running averages, with the band 1 ± X in which the schedule takes it for equilibrium. */
export const ratio: Figure = {
  id: 'ratio',
  title: 'Ratio of the two sides',
  caption:
    'O_L / O_R of the half-running averages. Inside the band 1 ± X at an epoch’s end, the schedule acts. Arrows stand for epochs beyond the axis.',
  scale: 'linear',
  draw(records, view) {
    const { run, epochs, events } = records;
    const { threshold } = run.config;
    const theme = THEMES[view.theme];
    const seen = visibleEpochs(records, view);
    const everyEpoch = epochCurve(records, (record) => record.ratio);
    const everyStep = halfRunningCurve(
      records,
      ['oL', 'oR'],
      ([left = NaN, right = NaN]) => left / right,
      (record) => record.ratio,
    );
    const inSight = everyEpoch.low.filter((_, index) => {
      const epoch = everyEpoch.x[index] as number;
      return epoch >= seen.from && epoch <= seen.to;
    });
    const axis = balanceAxis(
      inSight.length > 0 ? inSight : reduceCurve(everyStep, seen, view.x).low,
      threshold,
      view.y,
    );
    const atEpochs = onAxis(everyEpoch, axis);
    const blue = theme.lines[0] as string;
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: axis.name,
          traces: [
            { name: 'every step', curve: onAxis(everyStep, axis), color: blue, width: 1, opacity: 0.3 },
            { name: 'at each epoch’s end', curve: atEpochs, color: blue, width: 2, dots: true },
          ],
          marks: beyond(atEpochs, axis, seen, blue),
          band: axis.band,
          heights: axis.heights,
          gaps: brokenRanges(everyEpoch),
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        seen,
      ),
      table: { columns: ['epoch', 'O_L / O_R'], rows: epochs.map((record) => [record.epoch, record.ratio]) },
      summary: last
        ? `Ratio ${numberText(last.ratio, 5)} after epoch ${last.epoch}, ${Math.abs(last.ratio - 1) < threshold ? 'inside' : 'outside'} 1 ± ${numberText(threshold)}.`
        : 'No epoch has ended yet.',
    };
  },
};
