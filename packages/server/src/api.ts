import { Buffer } from 'node:buffer';
import { encodeStepBuckets, figureList, runSummary, type RunSummary } from '@fdr/records';
import { RunFolderError, type RunReader } from '@fdr/run-store';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { FigureStore } from './figure-store.js';
import { HttpError } from './http-error.js';
import { parseListQuery, parseStepsQuery, requireEmptyQuery } from './query.js';
import type { RunCache } from './run-cache.js';
import { createRunListRoutes, type RunListOptions } from './run-list-routes.js';
import type { ServedSweep } from './served-sweep.js';
import { createSweepRoutes } from './sweep-routes.js';

/**
 * The JSON API over stored runs and figures, read-only but for {@link createRunListRoutes}. Its responses have the schemas of `@fdr/records`.
 *
 * @param sweep that the runs belong to; undefined where they belong to none
 * @param controls whether this process trains a run
 */
export function createApi(
  cache: RunCache,
  figures: FigureStore,
  runList: Omit<RunListOptions, 'sweep'>,
  sweep: ServedSweep | undefined,
  controls: (runId: string) => boolean,
): Router {
  const router = Router();
  const requestedRun = (request: Request): Promise<RunReader> => orNotFound(cache.open(requestedId(request)));

  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use(createRunListRoutes({ ...runList, sweep: sweep?.outline.name ?? null }));
  router.use((request, _response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new HttpError(405, 'only GET and HEAD are allowed here');
    next();
  });

  if (sweep) router.use(createSweepRoutes(sweep, runList.catalogue));

  router.get('/runs/:id', async (request, response) => {
    requireEmptyQuery(request);
    response.json(z.encode(runSummary, summarize(await requestedRun(request), controls)));
  });

  router.get('/runs/:id/epochs', async (request, response) => {
    const { from } = parseListQuery(request);
    const reader = await requestedRun(request);
    await sendLines(response, reader.epochLines, from, reader.position().epochs);
  });

  router.get('/runs/:id/events', async (request, response) => {
    const { from } = parseListQuery(request);
    const reader = await requestedRun(request);
    await sendLines(response, reader.eventLines, from, reader.position().events);
  });

  router.get('/runs/:id/steps', async (request, response) => {
    const { from, to, buckets } = parseStepsQuery(request);
    const reader = await requestedRun(request);
    if (to !== undefined && to < from) throw new HttpError(400, `to must be at least from (${from}), not ${to}`);
    const summary = await reader.stepBuckets(from, to ?? Math.max(from, reader.stepCount()), buckets);
    response.type('application/octet-stream').send(Buffer.from(encodeStepBuckets(summary)));
  });

  router.get('/figures', async (request, response) => {
    requireEmptyQuery(request);
    response.json(z.encode(figureList, await orNotFound(figures.list())));
  });

  router.get('/figures/:id', async (request, response) => {
    requireEmptyQuery(request);
    response.type('json').send(await orNotFound(figures.read(requestedId(request))));
  });

  router.use(() => {
    throw new HttpError(404, 'not found');
  });
  return router;
}

function requestedId(request: Request): string {
  return String(request.params['id']);
}

async function orNotFound<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    // The message names the run or the figure, if there is one, and what is wrong with it, never a path.
    if (error instanceof RunFolderError) throw new HttpError(404, error.message);
    throw error;
  }
}

function summarize(reader: RunReader, controls: (runId: string) => boolean): RunSummary {
  return {
    run: reader.run,
    lastEpoch: reader.lastEpoch ?? null,
    bestTestAccuracy: reader.bestTestAccuracy ?? null,
    controllable: controls(reader.id),
  };
}

/** Sends records as the lines of their file, each of which has passed its schema. */
async function sendLines(
  response: Response,
  lines: RunReader['epochLines' | 'eventLines'],
  from: number,
  to: number,
): Promise<void> {
  const texts = await lines.texts(from, to);
  response.type('json').send(`{"from":${from},"records":[${texts.join(',')}],"skipped":${lines.skipped}}`);
}
