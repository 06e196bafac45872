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
const emptyQuery = z.strictObject({});
const listQuery = z.strictObject({ from: wholeNumber.default(0) });
const stepsQuery = z.strictObject({
  from: wholeNumber.default(0),
  to: wholeNumber.optional(),
  buckets: wholeNumber.pipe(z.int().min(1).max(MAX_BUCKETS)).default(DEFAULT_BUCKETS),
});

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

function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse({ ...request.query });
  if (parsed.success) return parsed.data;
  throw new HttpError(400, describeIssue(parsed.error));
}
