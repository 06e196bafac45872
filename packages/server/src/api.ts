import { figureList, runList, runSummary, type RunSummary } from '@fdr/records';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { JsonlFile } from '@fdr/run-store';
import { RunFolderError } from '@fdr/run-store';
import type { RunReader } from '@fdr/run-store';
import type { Library } from './run-cache.js';
import { RequestError } from './request-error.js';
import type { Results } from './figure-store.js';

const MAX_BUCKETS = 20_000;
const DEFAULT_BUCKETS = 1000;

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);
const listQuery = z.strictObject({ from: wholeNumber.default(0) });
const stepsQuery = z.strictObject({
  from: wholeNumber.default(0),
  to: wholeNumber.optional(),
  buckets: wholeNumber.pipe(z.int().min(1).max(MAX_BUCKETS)).default(DEFAULT_BUCKETS),
});

/** What the server tells of stored runs and drawn figures, as JSON after the schemas of `records`. Reads only. */
export function createApi(library: Library, results: Results, controls: (runId: string) => boolean): Router {
  const router = Router();

  router.use((request, response, next) => {
    response.set('Cache-Control', 'no-store');
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new RequestError(405, 'this may only be read');
    next();
  });

  router.get('/runs', async (request, response) => {
    parseQuery(z.strictObject({}), request);
    const { runs, damaged } = await library.list();
    const summaries = runs.map((reader) => summary(reader, controls));
    response.json(z.encode(runList, { runs: summaries, damaged: [...damaged] }));
  });

  router.get('/runs/:id', async (request, response) => {
    parseQuery(z.strictObject({}), request);
    response.json(z.encode(runSummary, summary(await asked(library, request), controls)));
  });

  router.get('/runs/:id/epochs', async (request, response) => {
    const { from } = parseQuery(listQuery, request);
    const reader = await asked(library, request);
    await sendLines(response, reader.epochLines, from, reader.position().epochs);
  });

  router.get('/runs/:id/events', async (request, response) => {
    const { from } = parseQuery(listQuery, request);
    const reader = await asked(library, request);
    await sendLines(response, reader.eventLines, from, reader.position().events);
  });

  router.get('/runs/:id/steps', async (request, response) => {
    const { from, to, buckets } = parseQuery(stepsQuery, request);
    const reader = await asked(library, request);
    if (to !== undefined && to < from) throw new RequestError(400, `to must be at least from (${from}), not ${to}`);
    const found = await reader.stepBuckets(from, to ?? Math.max(from, reader.stepCount()), buckets);
    // The number codec's encoding, written out: the schema would take a hundred thousand calls for one chart.
    response
      .type('json')
      .send(JSON.stringify(found, (_, value: unknown) => (isNotFinite(value) ? String(value) : value)));
  });

  router.get('/figures', async (request, response) => {
    parseQuery(z.strictObject({}), request);
    response.json(z.encode(figureList, await results.list()));
  });

  router.get('/figures/:id', async (request, response) => {
    parseQuery(z.strictObject({}), request);
    response.type('json').send(await orMissing(results.figure(String(request.params['id']))));
  });

  router.use(() => {
    throw new RequestError(404, 'there is nothing here');
  });
  return router;
}

const asked = (library: Library, request: Request): Promise<RunReader> =>
  orMissing(library.open(String(request.params['id'])));

async function orMissing<Found>(found: Promise<Found>): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    // A refusal names the run or figure and what is wrong with it, never a path.
    if (error instanceof RunFolderError) throw new RequestError(404, error.message);
    throw error;
  }
}

function summary(reader: RunReader, controls: (runId: string) => boolean): RunSummary {
  return {
    run: reader.run,
    lastEpoch: reader.lastEpoch ?? null,
    bestTestAccuracy: reader.bestTestAccuracy ?? null,
    controllable: controls(reader.id),
  };
}

/** The records' own lines, each of which has passed its schema, are passed on as they are. */
async function sendLines(response: Response, lines: JsonlFile<unknown>, from: number, to: number): Promise<void> {
  const texts = await lines.texts(from, to);
  response.type('json').send(`{"from":${from},"records":[${texts.join(',')}],"skipped":${lines.skipped}}`);
}

function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse({ ...request.query });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RequestError(400, [issue?.path.join('.'), issue?.message].filter((part) => part).join(': '));
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}
