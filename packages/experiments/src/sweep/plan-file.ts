import { readFile } from 'node:fs/promises';
import { describeIssue, errorCode } from '@fdr/run-store';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ExperimentError } from '../experiment-error.js';
import { EXECUTORS } from '../executors/names.js';
import { slurmSettings } from '../executors/slurm/settings.js';
import { distribution } from './random.js';

const value = z.union([z.number(), z.string().max(4096), z.boolean(), z.array(z.string().max(100))]);
const settings = z.record(z.string(), value);
/** Values of one setting: `[0.1, 0.05]`, or a text like `1..16`. */
const axis = z.union([
  z.array(z.union([z.number(), z.string().max(4096), z.boolean()])).min(1),
  z.string().max(4096),
  z.number(),
  z.boolean(),
]);

/** What a plan's file may hold. */
const planFile = z.strictObject({
  /** Settings of every job. */
  base: settings.default({}),
  /** Every combination of these values. */
  grid: z.record(z.string(), axis).default({}),
  /** Settings that belong together, a row a point. */
  list: z.array(settings).min(1).optional(),
  /** Points drawn at random, by a seed of their own. */
  random: z
    .strictObject({
      count: z.int().min(1).max(100_000),
      seed: z.int().min(0).max(0xffff_ffff).default(1),
      settings: z.record(z.string(), distribution),
    })
    .optional(),
  /** Points that are left out: those that have all settings of one of these rows; of several values any. */
  exclude: z.array(z.record(z.string(), axis)).default([]),
  /** Runs one after another, each from the last parameters of the one before, with its velocity zero. */
  stages: z.array(settings).min(1).optional(),
  executor: z.enum(EXECUTORS).default('local'),
  /** Under the names that submitit gives them. */
  slurm: slurmSettings.prefault({}),
});
/** See {@link planFile}. */
export type PlanFile = z.infer<typeof planFile>;

/** A plan without anything. */
export const EMPTY_PLAN: PlanFile = planFile.parse({});

/**
 * Reads a plan: YAML, of which JSON is a part.
 *
 * @throws ExperimentError with file, place and what was expected
 */
export async function readPlanFile(path: string): Promise<PlanFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ExperimentError(`${path}: expected a plan in YAML, found ${errorCode(error) ?? String(error)}`, {
      cause: error,
    });
  });
  return parsePlan(text, path);
}

/** @param place named in messages */
export function parsePlan(text: string, place: string): PlanFile {
  const document = parseDocument(text, { prettyErrors: true });
  const [mistake] = document.errors;
  if (mistake) throw new ExperimentError(`${place}: ${mistake.message.split('\n', 1)[0]?.replace(/:$/, '') ?? ''}`);
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  const parsed = planFile.safeParse(content);
  if (!parsed.success) throw new ExperimentError(`${place}: ${describeIssue(parsed.error, content)}`);
  return parsed.data;
}
