import type { Request } from 'express';
import { z } from 'zod';
import { HttpError } from './http-error.js';
import { describeIssue } from './issue.js';

const MAX_BUCKETS = 20_000;
const DEFAULT_BUCKETS = 1000;

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

/** Of a route that takes no query parameters. */
export const noQuery = z.strictObject({});

/** Of a route that lists records: `from`, the index of the first one. */
export const listQuery = z.strictObject({ from: wholeNumber.default(0) });

/** Of steps: rows `from` to `to - 1` (undefined: to the end), summarized in at most `buckets` buckets, 1 to 20,000. */
export const stepsQuery = z.strictObject({
  from: wholeNumber.default(0),
  to: wholeNumber.optional(),
  buckets: wholeNumber.pipe(z.int().min(1).max(MAX_BUCKETS)).default(DEFAULT_BUCKETS),
});

/**
 * Reads a request's query parameters.
 *
 * @throws {HttpError} 400, naming the first parameter that is unknown or wrong
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse({ ...request.query });
  if (parsed.success) return parsed.data;
  throw new HttpError(400, describeIssue(parsed.error));
}
