import { expect, it } from 'vitest';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import { newestFirst, runRow } from '../src/runs/run-row.js';

const recorded = quadraticRun(12);

it('rows are sorted by creation, the newest first, and a run without epochs has dashes', () => {
  const summary = (id: string, createdAt: string) => ({
    run: { ...recorded.run, id, name: '', createdAt },
    lastEpoch: null,
    bestTestAccuracy: null,
    controllable: false,
  });
  const sorted = newestFirst([
    summary('b', '2026-01-01T00:00:00.000Z'),
    summary('a', '2026-01-01T00:00:00.000Z'),
    summary('c', '2026-02-01T00:00:00.000Z'),
  ]);
  expect(sorted.map(({ run }) => run.id)).toEqual(['c', 'a', 'b']);
  expect(runRow(sorted[0]!)).toMatchObject({ name: 'c', epochs: '0 / 12', ratio: '–', bestTestAccuracy: '–' });
});
