import { formatNumber } from '@fdr/core/relations';
import { curvePoint } from './curve.js';
import type { Figure } from './figure.js';
import { learningRateChanges } from './learning-rate-changes.js';
import { runChartOption } from './run-chart.js';
import { epochsDone, visibleEpochs } from './run-records.js';
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
    const rateAt = (epoch: number): number =>
      changes.findLast((change) => change.epoch <= epoch)?.to ?? run.config.learningRate;
    const current = changes.at(-1)?.to ?? run.config.learningRate;
    const end = epochsDone(records);
    const start = view.x === 'log' ? 1 / run.stepsPerEpoch : 0;
    // Both ends of the visible range are points of their own, so that the stairs fill it at any zoom.
    const corners = [start, range.from, ...changes.map(({ epoch }) => epoch), Math.min(range.to, end), end];
    const epochs = [...new Set(corners.filter((epoch) => epoch <= end))].sort((left, right) => left - right);
    const stairs = epochs.map((epoch) => curvePoint(epoch, rateAt(epoch)));
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
