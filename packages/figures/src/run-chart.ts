import type { EChartsOption } from 'echarts';
import { chartOption } from './chart-option.js';
import type { Chart } from './chart.js';
import { learningRateChanges } from './learning-rate-changes.js';
import { visibleEpochs, type RunRecords, type View } from './run-records.js';

/** The chart library's option for a chart over the visible epochs of a run, with its changes of the learning rate. */
export function runChartOption(
  records: RunRecords,
  view: View,
  chart: Omit<Chart, 'learningRateChanges'>,
): EChartsOption {
  const changes = learningRateChanges(records.events, records.run);
  return chartOption({ ...chart, learningRateChanges: changes }, view, visibleEpochs(records, view));
}
