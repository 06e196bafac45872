import { describeIssue } from '@fdr/run-store';
import type { Request } from 'express';
import { z } from 'zod';
import { HttpError } from './http-error.js';

const MAX_BUCKETS = 20_000;
const DEFAULT_BUCKETS = 1000;

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);
/** More rows than a screen has. */
const MAX_ROWS = 500;
const DEFAULT_ROWS = 100;

const emptyQuery = z.strictObject({});
const listQuery = z.strictObject({ from: wholeNumber.default(0) });
const stepsQuery = z.strictObject({
  from: wholeNumber.default(0),
  to: wholeNumber.optional(),
  buckets: wholeNumber.pipe(z.int().min(1).max(MAX_BUCKETS)).default(DEFAULT_BUCKETS),
});

const groupsQuery = z.strictObject({
  filter: z.string().optional(),
  from: wholeNumber.default(0),
  limit: wholeNumber.pipe(z.int().min(1).max(MAX_ROWS)).default(DEFAULT_ROWS),
});
const runsQuery = groupsQuery.extend({ sort: z.string().optional() });

/** The query of a route that lists runs: rows `from` to `from + limit - 1` of those that are selected. */
export type PageQuery = z.output<typeof runsQuery>;

/** The query of a route that lists records. */
export interface ListQuery {
  /** The index of the first record, 0 by default. */
  readonly from: number;
}

/** The query of a route that summarizes steps: rows `from` to `to - 1` in at most `buckets` buckets. */
export interface StepsQuery extends ListQuery {
  /** Undefined: to the end of the run. */
  readonly to?: number | undefined;
  /** 1 to 20,000; 1000 by default. */
  readonly buckets: number;
}

/** @throws {HttpError} 400 if the request has query parameters */
export function requireEmptyQuery(request: Request): void {
  parseQuery(emptyQuery, request);
}

/** @throws {HttpError} 400, naming the first parameter that is unknown or wrong */
export function parseListQuery(request: Request): ListQuery {
  return parseQuery(listQuery, request);
}

/** @throws {HttpError} 400, naming the first parameter that is unknown or wrong */
export function parseStepsQuery(request: Request): StepsQuery {
  return parseQuery(stepsQuery, request);
}

/** @throws {HttpError} 400, naming the first parameter that is unknown or wrong */
export function parseRunsQuery(request: Request): PageQuery {
  return parseQuery(runsQuery, request);
}

/** As {@link parseRunsQuery}, without an order: groups are in the order of their newest run. */
export function parseGroupsQuery(request: Request): PageQuery {
  return parseQuery(groupsQuery, request);
}

function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse({ ...request.query });
  if (parsed.success) return parsed.data;
  throw new HttpError(400, describeIssue(parsed.error));
}
