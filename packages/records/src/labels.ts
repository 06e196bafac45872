import { z } from 'zod';

/** Text a person typed: shown as text, never interpreted. */
export const label = z.string().max(200);

/**
 * `labels.json`: what a person has said of a run since it began. What is left out is as `run.json` has it, or was never said.
 * It is a file of its own because a training writes `run.json`.
 */
export const runLabels = z.strictObject({
  name: label.optional(),
  tags: z.array(label.min(1)).max(100).optional(),
  note: z.string().max(10_000).optional(),
  /** Whether lists leave the run out unless they are asked for such runs. */
  archived: z.boolean().optional(),
});
/** See {@link runLabels}. */
export type RunLabels = z.infer<typeof runLabels>;
