import { chartOption, type Marks } from './chart.js';
import { brokenRanges } from './curve.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { percentText } from './number-text.js';
import { epochCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** Share of examples classified rightly; on a log axis the share classified wrongly, which is what falls by decades. */
export const accuracy: Figure = {
  id: 'accuracy',
  title: 'Accuracy',
  caption:
    'Share of the training and test examples classified rightly, after each epoch. A log axis shows the share of errors.',
  scale: 'linear',
  draw(records, view) {
    const { run, epochs, events } = records;
    const theme = THEMES[view.theme];
    const seen = visibleEpochs(records, view);
    const height = view.y === 'log' ? (share: number) => 1 - share : (share: number) => share;
    const train = epochCurve(records, ({ trainAccuracy }) => height(trainAccuracy));
    const test = epochCurve(records, ({ testAccuracy }) => height(testAccuracy));
    const best = epochs.reduce<(typeof epochs)[number] | undefined>(
      (top, record) => (record.testAccuracy > (top?.testAccuracy ?? -1) ? record : top),
      undefined,
    );
    const bestMark: Marks[] = best
      ? [
          {
            name: 'best test accuracy',
            color: theme.lines[1] as string,
            symbol: 'diamond',
            points: [{ x: best.step / run.stepsPerEpoch, y: height(best.testAccuracy) }].filter(
              ({ x }) => x >= seen.from && x <= seen.to,
            ),
          },
        ]
      : [];
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: view.y === 'log' ? 'errors' : 'accuracy',
          traces: [
            { name: 'training data', curve: train, color: theme.lines[0] as string, dots: true },
            { name: 'test data', curve: test, color: theme.lines[1] as string, dots: true },
          ],
          marks: bestMark,
          gaps: brokenRanges(test),
          drops: drops(events, run.stepsPerEpoch),
          unit: 'percent',
        },
        view,
        seen,
      ),
      table: {
        columns: ['epoch', 'train accuracy', 'test accuracy'],
        rows: epochs.map(({ epoch, trainAccuracy, testAccuracy }) => [epoch, trainAccuracy, testAccuracy]),
      },
      summary:
        last && best
          ? `Test accuracy ${percentText(last.testAccuracy)} after epoch ${last.epoch}; best ${percentText(best.testAccuracy)} after epoch ${best.epoch}.`
          : 'No epoch has ended yet.',
    };
  },
};
