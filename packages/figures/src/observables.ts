import { chartOption } from './chart.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { epochCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** What a run measures besides the standard observables: noise trace, pieces of (26)-(28), sides of (14). */
export const observables: Figure = {
  id: 'observables',
  title: 'Extra observables',
  caption:
    'Half-running averages, totalled over all parameters, at each epoch’s end. A log axis shows their sizes. What each one is: fdr train --observables help.',
  scale: 'log',
  isOf: ({ config }) => config.observables !== undefined,
  draw(records, view) {
    const { run, epochs, events } = records;
    const { lines } = THEMES[view.theme];
    const names = run.config.observables ?? [];
    const averageOf = (record: (typeof epochs)[number], name: string): number => record.observables?.[name] ?? NaN;
    const height = view.y === 'log' ? Math.abs : (value: number) => value;
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: view.y === 'log' ? '|average|' : 'average',
          traces: names.map((name, index) => ({
            name,
            curve: epochCurve(records, (record) => height(averageOf(record, name))),
            color: lines[index % lines.length] as string,
            dashed: index >= lines.length,
            dots: true,
          })),
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        visibleEpochs(records, view),
      ),
      table: {
        columns: ['epoch', ...names],
        rows: epochs.map((record) => [record.epoch, ...names.map((name) => averageOf(record, name))]),
      },
      summary: last
        ? `After epoch ${last.epoch}: ${names.map((name) => `${name} ${numberText(averageOf(last, name))}`).join(', ')}.`
        : 'No epoch has ended yet.',
    };
  },
};
