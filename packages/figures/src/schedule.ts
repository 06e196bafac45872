import { formatNumber } from '@fdr/core/relations';
import type { Figure } from './figure.js';
import { learningRateChanges, visibleStairs } from './learning-rate-changes.js';
import { runChartOption } from './run-chart.js';
import { visibleEpochs } from './run-records.js';
import { isWithin } from './scale.js';
import { THEMES } from './theme.js';

/** The learning rate eta as stairs, and the reasons of its changes. */
export const schedule: Figure = {
  id: 'schedule',
  title: 'Learning rate',
  caption: 'The learning rate η of each step. A dotted line marks each change; the events below give its reason.',
  scale: 'log',
  draw(records, view) {
    const { run, events } = records;
    const color = THEMES[view.theme].learningRate;
    const range = visibleEpochs(records, view);
    const changes = learningRateChanges(events, run);
    const current = changes.at(-1)?.to ?? run.config.learningRate;
    const stairs = visibleStairs(records, changes, range, view.x);
    const visible = changes.filter(({ epoch }) => isWithin(range, epoch));
    return {
      option: runChartOption(records, view, {
        name: 'learning rate',
        traces: [{ name: 'learning rate', curve: stairs, color, width: 2, stairs: true }],
        marks: [
          { name: 'change', color, symbol: 'circle', points: visible.map(({ epoch, to }) => ({ x: epoch, y: to })) },
        ],
      }),
      table: {
        columns: ['epoch', 'from', 'to', 'reason'],
        rows: changes.map(({ epoch, from, to, text }) => [epoch, from, to, text]),
      },
      summary: `Now ${formatNumber(current)}, after ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}.`,
    };
  },
};
