import { runGroupPage, runLabels, runPage } from '@fdr/records';
import {
  changeLabels,
  describeIssue,
  groupRuns,
  removeRun,
  restoreRun,
  RunFolderError,
  selectRuns,
} from '@fdr/run-store';
import type { Catalogue, RunQuery } from '@fdr/run-store';
import { json, Router, type Request } from 'express';
import { z } from 'zod';
import { HttpError } from './http-error.js';
import { parseGroupsQuery, parseRunsQuery, requireEmptyQuery, type PageQuery } from './query.js';

/** A note has at most 10,000 characters. */
const MAX_BODY = '64kb';

/** What the routes need. */
export interface RunListOptions {
  readonly runsDirectory: string;
  readonly catalogue: Catalogue;
  /** The name of the sweep that the runs belong to; null where they belong to none. */
  readonly sweep: string | null;
  /** Called after a run was changed, removed or brought back. */
  readonly onChange: () => void;
}

/** The list of runs, in pages, and what a person may change in it: what is said of a run, and where it is. */
export function createRunListRoutes({ runsDirectory, catalogue, sweep, onChange }: RunListOptions): Router {
  const router = Router();

  /** What the list has for a query, as far as it has been read. */
  async function answer({ from, limit, ...query }: PageQuery) {
    await catalogue.load(from + limit).catch(hidePath);
    // The newest runs need not wait for all others to be read.
    const isNewest = query.filter === undefined && query.sort === undefined;
    do await catalogue.poll().catch(hidePath);
    while (catalogue.pending() > 0 && !isNewest);
    const rows = selected(catalogue, query);
    const { version, pending, damaged } = catalogue;
    const head = {
      version: version(),
      pending: pending(),
      all: catalogue.rows().length + pending(),
      total: rows.length,
      from,
      sweep,
    };
    return { rows, head: { ...head, damaged: damaged() } };
  }

  router.get('/runs', async (request, response) => {
    const query = parseRunsQuery(request);
    const { rows, head } = await answer(query);
    response.json(z.encode(runPage, { ...head, rows: rows.slice(query.from, query.from + query.limit) }));
  });

  router.get('/run-groups', async (request, response) => {
    const query = parseGroupsQuery(request);
    const { rows, head } = await answer(query);
    const groups = groupRuns(rows);
    const shown = groups.slice(query.from, query.from + query.limit);
    response.json(z.encode(runGroupPage, { ...head, total: groups.length, groups: shown }));
  });

  /** A change of one run, and what the list has of it then. */
  async function change(request: Request, work: (id: string) => Promise<unknown>): Promise<void> {
    requireEmptyQuery(request);
    const id = String(request.params['id']);
    await work(id).catch((error: unknown) => {
      // Its message may have a path of this machine.
      throw error instanceof RunFolderError
        ? new HttpError(409, error.message.replaceAll(runsDirectory, 'the folder of runs'))
        : error;
    });
    await catalogue.check(id);
    onChange();
  }

  router.patch('/runs/:id', json({ limit: MAX_BODY }), async (request, response) => {
    const labels = runLabels.safeParse(request.body);
    if (!labels.success) throw new HttpError(400, describeIssue(labels.error));
    await change(request, (id) => changeLabels(runsDirectory, id, labels.data));
    response.status(204).end();
  });

  router.delete('/runs/:id', async (request, response) => {
    await change(request, (id) => removeRun(runsDirectory, id));
    response.status(204).end();
  });

  router.post('/runs/:id/restore', async (request, response) => {
    await change(request, (id) => restoreRun(runsDirectory, id));
    response.status(204).end();
  });

  return router;
}

function selected(catalogue: Catalogue, query: RunQuery) {
  try {
    return selectRuns(catalogue.rows(), query);
  } catch (error) {
    throw error instanceof RangeError ? new HttpError(400, error.message) : error;
  }
}

/** @throws {HttpError} instead of an error whose message has the folder's path */
function hidePath(error: unknown): never {
  throw error instanceof RunFolderError ? new HttpError(404, 'the folder of runs cannot be read') : error;
}
