import { isActive, sweepOutline, sweepProgress, type JobState, type RunRow } from '@fdr/records';
import type { Catalogue } from '@fdr/run-store';
import { Router } from 'express';
import { z } from 'zod';
import { requireEmptyQuery } from './query.js';
import type { ServedSweep } from './served-sweep.js';

/** What a sweep has to do, and how far it is. */
export function createSweepRoutes({ outline, failedRuns }: ServedSweep, catalogue: Catalogue): Router {
  const router = Router();

  router.get('/sweep', (request, response) => {
    requireEmptyQuery(request);
    response.json(z.encode(sweepOutline, outline));
  });

  router.get('/sweep/progress', async (request, response) => {
    requireEmptyQuery(request);
    await catalogue.poll();
    const failed = await failedRuns();
    const rows = new Map(catalogue.rows().map((row) => [row.id, row]));
    const jobs = outline.jobs.map(({ run }) => ({ row: rows.get(run), hasFailed: failed.has(run) }));
    const each = <Value>(valueOf: (row: RunRow) => Value, otherwise: Value): Value[] =>
      jobs.map(({ row }) => (row ? valueOf(row) : otherwise));
    const progress = {
      pending: catalogue.pending(),
      states: jobs.map(({ row, hasFailed }) => stateOf(row, hasFailed)),
      epoch: each(({ epoch }) => epoch, 0),
      epochs: each(({ epochs }) => epochs, 0),
      ratio: each(({ ratio }) => ratio, null),
      trainLoss: each(({ trainLoss }) => trainLoss, null),
      testAccuracy: each(({ testAccuracy }) => testAccuracy, null),
      bestTestAccuracy: each(({ bestTestAccuracy }) => bestTestAccuracy, null),
    };
    response.json(z.encode(sweepProgress, progress));
  });

  return router;
}

function stateOf(row: RunRow | undefined, hasFailed: boolean): JobState {
  if (row?.status === 'finished') return 'done';
  if (row && isActive(row.status)) return 'running';
  return hasFailed ? 'failed' : 'waiting';
}
