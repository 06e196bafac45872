import { z } from 'zod';
import { command } from './command.js';
import { anyNumber } from './number-codec.js';
import { settings } from './options.js';
import { runStatus } from './run.js';

/**
 * Why a learning rate changed: the rule that changed it, in words, and the numbers that the rule looked at, by name. `rule` is the schedule's
 * kind, or `command`.
 */
const learningRateReason = z
  .object({ rule: z.string().min(1).max(100), message: z.string().max(1000) })
  .catchall(z.union([anyNumber, z.string().max(1000)]));
/** See {@link learningRateReason}. */
export type LearningRateReason = Readonly<z.infer<typeof learningRateReason>>;

const at = { step: z.int().min(0), epoch: z.int().min(0), time: z.iso.datetime() };

/** One line of `events.jsonl`: what happened to a run, and why. */
export const eventRecord = z.discriminatedUnion('type', [
  z.object({
    ...at,
    type: z.literal('learningRate'),
    from: anyNumber,
    to: anyNumber,
    reason: learningRateReason,
  }),
  z.object({ ...at, type: z.literal('schedule'), schedule: settings, commandId: z.string() }),
  z.object({ ...at, type: z.literal('command'), command }),
  z.object({ ...at, type: z.literal('warning'), message: z.string() }),
  z.object({ ...at, type: z.literal('status'), status: runStatus, message: z.string() }),
]);
/** See {@link eventRecord}. */
export type EventRecord = z.infer<typeof eventRecord>;
