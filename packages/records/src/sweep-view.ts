import { z } from 'zod';
import { anyNumber } from './number-codec.js';
import { runId } from './run.js';

/** How one job of a sweep stands. What has not begun and what was interrupted is `waiting`: both remain to be done. */
export const jobState = z.enum(['done', 'running', 'waiting', 'failed']);
/** See {@link jobState}. */
export type JobState = z.infer<typeof jobState>;

/** Answer of `GET /api/sweep`: what a sweep has to do, which never changes. */
export const sweepOutline = z.object({
  name: z.string(),
  /** Names of the settings in which jobs differ; of a sweep in stages, `stage` comes last. */
  settings: z.array(z.string()),
  /** The run of each job, and its value of each setting. */
  jobs: z.array(z.object({ run: runId, values: z.array(z.union([z.number(), z.string()])) })),
});
/** See {@link sweepOutline}. */
export type SweepOutline = z.infer<typeof sweepOutline>;

/** Answer of `GET /api/sweep/progress`: one entry for each job, in the order of the outline. Ten thousand jobs are some 100 kB on the wire. */
export const sweepProgress = z.object({
  /** Folders of runs that have not been read yet: their jobs seem to wait. */
  pending: z.int().min(0),
  states: z.array(jobState),
  /** Epochs done, and epochs of the settings; those are 0 where there is no run yet. */
  epoch: z.array(z.int().min(0)),
  epochs: z.array(z.int().min(0)),
  /** Numbers of the last epoch; null before it. */
  ratio: z.array(anyNumber.nullable()),
  trainLoss: z.array(anyNumber.nullable()),
  testAccuracy: z.array(anyNumber.nullable()),
  bestTestAccuracy: z.array(anyNumber.nullable()),
});
/** See {@link sweepProgress}. */
export type SweepProgress = z.infer<typeof sweepProgress>;
