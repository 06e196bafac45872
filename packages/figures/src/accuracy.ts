import { bestEpoch, formatPercent } from '@fdr/core/relations';
import { brokenRanges } from './curve.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { averagedCurve, epochCurve, keepsAverage, lastEpochSummary, visibleEpochs } from './run-records.js';
import type { Marks } from './chart.js';
import { isWithin, type Range } from './scale.js';
import { THEMES, type Theme } from './theme.js';

/** The fraction of examples that are classified correctly. A log axis shows the fraction of errors, which falls by decades. */
export const accuracy: Figure = {
  id: 'accuracy',
  title: 'Accuracy',
  caption:
    'Share of the training and test examples classified correctly, after each epoch. A log axis shows the share of errors.',
  scale: 'linear',
  draw(records, view) {
    const { run, epochs } = records;
    const theme = THEMES[view.theme];
    const range = visibleEpochs(records, view);
    const toAxis = (fraction: number): number => (view.y === 'log' ? 1 - fraction : fraction);
    const train = epochCurve(records, ({ trainAccuracy }) => toAxis(trainAccuracy));
    const test = epochCurve(records, ({ testAccuracy }) => toAxis(testAccuracy));
    const averaged = averagedCurve(records, ({ testAccuracy }) => toAxis(testAccuracy));
    const ofAverage = { name: 'test data, average', curve: averaged, color: theme.average, dots: true };
    const best = bestEpoch(epochs);
    const bestPoint = best && { x: best.step / run.stepsPerEpoch, y: toAxis(best.testAccuracy) };
    const marks = bestPoint ? [bestMark(bestPoint, range, theme)] : [];
    return {
      option: runChartOption(records, view, {
        name: view.y === 'log' ? 'errors' : 'accuracy',
        traces: [
          { name: 'training data', curve: train, color: theme.trainData, dots: true },
          { name: 'test data', curve: test, color: theme.testData, dots: true },
          ...(keepsAverage(records) ? [ofAverage] : []),
        ],
        marks,
        gaps: brokenRanges(test),
        unit: 'percent',
      }),
      table: {
        columns: [
          'epoch',
          'train accuracy',
          'test accuracy',
          ...(keepsAverage(records) ? ['average, test accuracy'] : []),
        ],
        rows: epochs.map(({ epoch, trainAccuracy, testAccuracy, average }) => [
          epoch,
          trainAccuracy,
          testAccuracy,
          ...(keepsAverage(records) ? [average?.testAccuracy ?? NaN] : []),
        ]),
      },
      summary: lastEpochSummary(records, ({ epoch, testAccuracy }) => {
        const known = best ? `; best ${formatPercent(best.testAccuracy)} after epoch ${best.epoch}` : '';
        return `Test accuracy ${formatPercent(testAccuracy)} after epoch ${epoch}${known}.`;
      }),
    };
  },
};

/** A diamond at the best epoch, if it is visible. */
const bestMark = (point: Marks['points'][number], range: Range, theme: Theme): Marks => ({
  name: 'best test accuracy',
  color: theme.testData,
  symbol: 'diamond',
  points: [point].filter(({ x }) => isWithin(range, x)),
});
