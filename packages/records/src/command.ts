import { z } from 'zod';
import { runConfig, runId } from './run.js';
import { scheduleConfig } from './schedule.js';

const target = { commandId: z.string().min(1).max(100), runId };

/** What a person may ask of a run that is training. Idempotent by `commandId`. */
export const command = z.discriminatedUnion('type', [
  z.strictObject({ ...target, type: z.literal('pause') }),
  z.strictObject({ ...target, type: z.literal('resume') }),
  z.strictObject({ ...target, type: z.literal('stop') }),
  z.strictObject({ ...target, type: z.literal('checkpoint') }),
  z.strictObject({ ...target, type: z.literal('setLearningRate'), learningRate: runConfig.shape.learningRate }),
  z.strictObject({ ...target, type: z.literal('setSchedule'), schedule: scheduleConfig }),
]);
/** See {@link command}. */
export type Command = z.infer<typeof command>;

/** One line of `commands.jsonl`: a command that changes the course of a training, and the step before which it took effect. */
export const appliedCommand = z.object({
  step: z.int().min(0),
  epoch: z.int().min(0),
  time: z.iso.datetime(),
  command,
});
/** See {@link appliedCommand}. */
export type AppliedCommand = z.infer<typeof appliedCommand>;

/** The answer to a command or a subscription. */
export const acknowledgement = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);
/** See {@link acknowledgement}. */
export type Acknowledgement = z.infer<typeof acknowledgement>;
