import { expect, it } from 'vitest';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import { runRow } from '../src/runs/run-row.js';

const recorded = quadraticRun(12);

it('a run without epochs has dashes', () => {
  const run = { ...recorded.run, id: 'c', name: '' };
  const row = runRow({ run, lastEpoch: null, bestTestAccuracy: null, controllable: false });
  expect(row).toMatchObject({ name: 'c', epochs: '0 / 12', ratio: '–', bestTestAccuracy: '–' });
});
