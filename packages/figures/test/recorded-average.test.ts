import { expect, it } from 'vitest';
import { appendRows, createStepSeries } from '../src/index.js';
import { recordedAverage } from '../src/recorded-average.js';

it('a recorded average is read from its own column, at the middle of each bucket', () => {
  const series = createStepSeries(['loss', 'lossHalf'], 4);
  appendRows(series, 0, Float32Array.from([9, 1, 9, 2, 9, 4, 9, 8, 9, NaN]));
  expect(recordedAverage(series, 'loss')).toEqual([
    { step: 1.5, value: 1.5 }, // steps 1-2
    { step: 3.5, value: 6 }, // steps 3-4
    { step: 5, value: NaN }, // step 5 alone
  ]);
  expect(recordedAverage(series, 'oL')).toEqual([]);
});
