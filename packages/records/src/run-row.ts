import { z } from 'zod';
import { anyNumber } from './number-codec.js';
import { run, runConfig, runId, runStatus } from './run.js';

/** At most so many points has {@link runRow}'s `losses`. */
export const MAX_ROW_LOSSES = 24;

/** A run in a list of runs: what it is found, sorted and told from others by. */
export const runRow = z.object({
  id: runId,
  name: run.shape.name,
  tags: run.shape.tags,
  note: z.string(),
  archived: z.boolean(),
  status: runStatus,
  createdAt: run.shape.createdAt,
  model: runConfig.shape.model,
  dataset: runConfig.shape.dataset,
  optimizer: z.string(),
  schedule: z.string(),
  seed: runConfig.shape.seed,
  batchSize: runConfig.shape.batchSize,
  /** eta of the settings. */
  learningRate: runConfig.shape.learningRate,
  /** eta of the last epoch; that of the settings before it. */
  currentLearningRate: anyNumber,
  /** Epochs of the settings. */
  epochs: runConfig.shape.epochs,
  /** Epochs done. */
  epoch: z.int().min(0),
  /** Numbers of the last epoch; null before it. */
  ratio: anyNumber.nullable(),
  trainLoss: anyNumber.nullable(),
  testAccuracy: anyNumber.nullable(),
  bestTestAccuracy: anyNumber.nullable(),
  /** Equal for runs whose settings differ in nothing but the seed. */
  group: z.string(),
  /** Training losses at the ends of epochs, first and last among them, evenly thinned, to three digits. */
  losses: z.array(anyNumber).max(MAX_ROW_LOSSES),
});
/** See {@link runRow}. */
export type RunRow = z.infer<typeof runRow>;

/** Runs whose settings differ in nothing but the seed, as one row. */
export const runGroup = z.object({
  /** The newest of them; `group` names them all. */
  newest: runRow,
  count: z.int().min(1),
  /** Mean and standard deviation over the runs that have the number; null where none has it. The deviation of one is null. */
  testAccuracy: z.object({ count: z.int().min(1), mean: anyNumber, deviation: anyNumber.nullable() }).nullable(),
  trainLoss: z.object({ count: z.int().min(1), mean: anyNumber, deviation: anyNumber.nullable() }).nullable(),
});
/** See {@link runGroup}. */
export type RunGroup = z.infer<typeof runGroup>;

/** Answer of `GET /api/runs?filter=&sort=&from=&limit=`. */
export const runPage = z.object({
  /** Grows whenever the list changes. */
  version: z.int().min(0),
  /** Folders that have not been read yet: the list may be incomplete. */
  pending: z.int().min(0),
  /** Runs in all, and those that the filter lets through. */
  all: z.int().min(0),
  total: z.int().min(0),
  /** The index of the first row among those. */
  from: z.int().min(0),
  rows: z.array(runRow),
  /** The name of the sweep that the runs belong to; null where they belong to none. */
  sweep: z.string().nullable(),
  /** Folders that can't be read as runs. */
  damaged: z.array(z.object({ id: z.string(), error: z.string() })),
});
/** See {@link runPage}. */
export type RunPage = z.infer<typeof runPage>;

/** Answer of `GET /api/run-groups?filter=&from=&limit=`. */
export const runGroupPage = runPage.omit({ rows: true }).extend({ groups: z.array(runGroup) });
/** See {@link runGroupPage}. */
export type RunGroupPage = z.infer<typeof runGroupPage>;

/** Sent to clients that follow the list of runs whenever it has changed. */
export const runListMessage = z.object({ version: z.int().min(0) });
/** See {@link runListMessage}. */
export type RunListMessage = z.infer<typeof runListMessage>;
