import { chartOption } from './chart.js';
import { curve } from './curve.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { epochsDone, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** The learning rate eta, as stairs, and what lowered it. */
export const schedule: Figure = {
  id: 'schedule',
  title: 'Learning rate',
  caption: 'The learning rate η of each step. A dotted line marks each change; the events below give its reason.',
  scale: 'log',
  draw(records, view) {
    const { run, events } = records;
    const theme = THEMES[view.theme];
    const seen = visibleEpochs(records, view);
    const changes = drops(events, run.stepsPerEpoch);
    const now = changes.at(-1)?.to ?? run.config.learningRate;
    const end = epochsDone(records);
    const start = view.x === 'log' ? 1 / run.stepsPerEpoch : 0;
    // Both edges of the sight are points of their own, so that the stairs fill it at any zoom.
    const at = (epoch: number): number =>
      changes.filter((change) => change.epoch <= epoch).at(-1)?.to ?? run.config.learningRate;
    const corners = [
      ...new Set(
        [start, seen.from, ...changes.map(({ epoch }) => epoch), Math.min(seen.to, end), end].filter(
          (epoch) => epoch <= end,
        ),
      ),
    ].sort((left, right) => left - right);
    const stairs = curve(corners, corners.map(at));
    const green = theme.lines[2] as string;
    return {
      option: chartOption(
        {
          name: 'learning rate',
          traces: [{ name: 'learning rate', curve: stairs, color: green, width: 2, stairs: true }],
          marks: [
            {
              name: 'change',
              color: green,
              symbol: 'circle',
              points: changes
                .filter(({ epoch }) => epoch >= seen.from && epoch <= seen.to)
                .map(({ epoch, to }) => ({ x: epoch, y: to })),
            },
          ],
          drops: changes,
        },
        view,
        seen,
      ),
      table: {
        columns: ['epoch', 'from', 'to', 'reason'],
        rows: changes.map(({ epoch, from, to, text }) => [epoch, from, to, text]),
      },
      summary: `Now ${numberText(now)}, after ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}.`,
    };
  },
};
