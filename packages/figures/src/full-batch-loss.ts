import { formatNumber } from '@fdr/core/relations';
import { brokenRanges } from './curve.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { averagedCurve, epochCurve, keepsAverage, lastEpochSummary } from './run-records.js';
import { THEMES } from './theme.js';

/** The loss over all examples, L2 term included, after each epoch. */
export const fullBatchLoss: Figure = {
  id: 'full-batch-loss',
  title: 'Full-batch loss',
  caption: 'Loss over all training and all test examples, L2 term included, after each epoch.',
  scale: 'log',
  draw(records, view) {
    const theme = THEMES[view.theme];
    const train = epochCurve(records, ({ trainLoss }) => trainLoss);
    const test = epochCurve(records, ({ testLoss }) => testLoss);
    const averaged = averagedCurve(records, ({ trainLoss }) => trainLoss);
    const ofAverage = { name: 'training data, average', curve: averaged, color: theme.average, dots: true };
    return {
      option: runChartOption(records, view, {
        name: 'loss',
        traces: [
          { name: 'training data', curve: train, color: theme.trainData, dots: true },
          { name: 'test data', curve: test, color: theme.testData, dots: true },
          ...(keepsAverage(records) ? [ofAverage] : []),
        ],
        gaps: brokenRanges(train),
      }),
      table: {
        columns: ['epoch', 'train loss', 'test loss', ...(keepsAverage(records) ? ['average, train loss'] : [])],
        rows: records.epochs.map(({ epoch, trainLoss, testLoss, average }) => [
          epoch,
          trainLoss,
          testLoss,
          ...(keepsAverage(records) ? [average?.trainLoss ?? NaN] : []),
        ]),
      },
      summary: lastEpochSummary(
        records,
        ({ epoch, trainLoss, testLoss }) =>
          `Loss ${formatNumber(trainLoss)} on the training data, ${formatNumber(testLoss)} on the test data, after epoch ${epoch}.`,
      ),
    };
  },
};
