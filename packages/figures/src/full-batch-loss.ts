import { chartOption } from './chart.js';
import { brokenRanges } from './curve.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { epochCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** The loss over all examples, L2 term included, after each epoch. */
export const fullBatchLoss: Figure = {
  id: 'full-batch-loss',
  title: 'Full-batch loss',
  caption: 'Loss over all training and all test examples, L2 term included, after each epoch.',
  scale: 'log',
  draw(records, view) {
    const { run, epochs, events } = records;
    const theme = THEMES[view.theme];
    const train = epochCurve(records, ({ trainLoss }) => trainLoss);
    const last = epochs.at(-1);
    return {
      option: chartOption(
        {
          name: 'loss',
          traces: [
            { name: 'training data', curve: train, color: theme.lines[0] as string, dots: true },
            {
              name: 'test data',
              curve: epochCurve(records, ({ testLoss }) => testLoss),
              color: theme.lines[1] as string,
              dots: true,
            },
          ],
          gaps: brokenRanges(train),
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        visibleEpochs(records, view),
      ),
      table: {
        columns: ['epoch', 'train loss', 'test loss'],
        rows: epochs.map(({ epoch, trainLoss, testLoss }) => [epoch, trainLoss, testLoss]),
      },
      summary: last
        ? `Loss ${numberText(last.trainLoss)} on the training data, ${numberText(last.testLoss)} on the test data, after epoch ${last.epoch}.`
        : 'No epoch has ended yet.',
    };
  },
};
