import { formatNumber } from '@fdr/core/relations';
import type { EpochRecord } from '@fdr/records';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { epochCurve, lastEpochSummary } from './run-records.js';
import { LINE_COLORS, lineColor, THEMES } from './theme.js';

const averageOf = ({ observables: averages }: EpochRecord, name: string): number => averages?.[name] ?? NaN;

/** What a run measures besides the standard observables: the noise trace, the parts of (26)-(28), the sides of (14). */
export const observables: Figure = {
  id: 'observables',
  title: 'Extra observables',
  caption:
    'Half-running averages, totalled over all parameters, at each epoch’s end. A log axis shows their sizes. What each one is: fdr train --observables help.',
  scale: 'log',
  appliesTo: ({ config }) => config.observables !== undefined,
  draw(records, view) {
    const { run, epochs } = records;
    const theme = THEMES[view.theme];
    const names = run.config.observables ?? [];
    const toAxis = (value: number): number => (view.y === 'log' ? Math.abs(value) : value);
    return {
      option: runChartOption(records, view, {
        name: view.y === 'log' ? '|average|' : 'average',
        traces: names.map((name, index) => ({
          name,
          curve: epochCurve(records, (record) => toAxis(averageOf(record, name))),
          color: lineColor(theme, index),
          dashed: index >= LINE_COLORS,
          dots: true,
        })),
      }),
      table: {
        columns: ['epoch', ...names],
        rows: epochs.map((record) => [record.epoch, ...names.map((name) => averageOf(record, name))]),
      },
      summary: lastEpochSummary(records, (last) => {
        const values = names.map((name) => `${name} ${formatNumber(averageOf(last, name))}`);
        return `After epoch ${last.epoch}: ${values.join(', ')}.`;
      }),
    };
  },
};
