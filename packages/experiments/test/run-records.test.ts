import { openRun } from '@fdr/run-store';
import { expect, it } from 'vitest';
import { readRunRecords, selectColumns } from '../src/run-records.js';
import { storeSampleRun, temporaryFolder } from './sample-run.js';

it('columns are selected in the order of their indices', () => {
  const rows = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect([...selectColumns(rows, 3, [2, 0])]).toEqual([3, 1, 6, 4]);
  expect([...selectColumns(rows, 3, [])]).toEqual([]);
});

it('the records of a run hold its epochs, and its steps if they are drawn', async () => {
  const runs = await temporaryFolder();
  await storeSampleRun(runs, { id: 'a', status: 'finished', epochs: 3, plannedEpochs: 3 });
  const reader = await openRun(runs, 'a');
  const withSteps = await readRunRecords(reader, true);
  expect([withSteps.epochs.length, withSteps.steps.steps]).toEqual([3, 6]);
  // Step s has loss s: six losses from 1 to 6, whose sum is 21.
  expect(withSteps.steps.columns.get('loss')?.sum.reduce((sum, loss) => sum + loss)).toBe(21);
  const without = await readRunRecords(reader, false);
  expect([without.epochs.length, without.steps.steps]).toEqual([3, 0]);
});
