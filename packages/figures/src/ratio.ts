import { formatNumber, thresholdOf } from '@fdr/core/relations';
import { balanceAxis, onBalanceAxis, outlierArrows } from './balance-axis.js';
import { brokenRanges, reduceCurve } from './curve.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import {
  epochCurve,
  lastEpochSummary,
  ratioCurve,
  visibleEpochs,
  visibleValues,
  wasInEquilibrium,
} from './run-records.js';
import { THEMES } from './theme.js';

/** O_L / O_R of the half-running averages, with the band 1 ± X within which it counts as equilibrium (section 3.3). */
export const ratio: Figure = {
  id: 'ratio',
  title: 'Ratio of the two sides',
  caption:
    'O_L / O_R of the half-running averages. Where it is inside the band 1 ± X at an epoch’s end, the schedule acts. Arrows stand for epochs beyond the axis.',
  scale: 'linear',
  draw(records, view) {
    const threshold = thresholdOf(records.run.config.schedule);
    const color = THEMES[view.theme].ratio;
    const range = visibleEpochs(records, view);
    const atEpochs = epochCurve(records, (record) => record.ratio);
    const atSteps = ratioCurve(records);
    const visible = visibleValues(atEpochs, range);
    const nearby = visible.length > 0 ? visible : reduceCurve(atSteps, range, view.x).map(({ low }) => low);
    const axis = balanceAxis(nearby, threshold, view.y);
    const epochLine = onBalanceAxis(atEpochs, axis);
    return {
      option: runChartOption(records, view, {
        name: axis.name,
        traces: [
          { name: 'every step', curve: onBalanceAxis(atSteps, axis), color, width: 1, opacity: 0.3 },
          { name: 'at each epoch’s end', curve: epochLine, color, width: 2, dots: true },
        ],
        marks: outlierArrows(epochLine, axis, range, color),
        band: axis.band,
        yRange: axis.yRange,
        gaps: brokenRanges(atEpochs),
      }),
      table: {
        columns: ['epoch', 'O_L / O_R'],
        rows: records.epochs.map((record) => [record.epoch, record.ratio]),
      },
      summary: lastEpochSummary(records, (last) => {
        const side = wasInEquilibrium(records, last) ? 'inside' : 'outside';
        return `Ratio ${formatNumber(last.ratio, 5)} after epoch ${last.epoch}, ${side} 1 ± ${formatNumber(threshold)}.`;
      }),
    };
  },
};
