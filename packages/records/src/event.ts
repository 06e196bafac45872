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
/** See `learningRateReason`. */
export type LearningRateReason = Readonly<z.infer<typeof learningRateReason>>;

/** A parameter tensor's ratio O_L / O_R at a change, and its standard error over one window. */
const layerRatio = z.object({ ratio: anyNumber, scatter: anyNumber });

const position = { step: z.int().min(0), epoch: z.int().min(0) };

/** The kinds of events, each with the fields that say when it happened. */
const eventKinds = <When extends z.ZodRawShape>(when: When) =>
  [
    z.object({
      ...when,
      type: z.literal('learningRate'),
      from: anyNumber,
      to: anyNumber,
      reason: learningRateReason,
      /** By the parameter tensors' names; those whose scatter is not known are left out, and all of them where the change was a command. */
      layers: z.record(z.string(), layerRatio).optional(),
    }),
    z.object({ ...when, type: z.literal('schedule'), schedule: settings, commandId: z.string() }),
    z.object({ ...when, type: z.literal('command'), command }),
    z.object({ ...when, type: z.literal('warning'), message: z.string() }),
    z.object({ ...when, type: z.literal('status'), status: runStatus, message: z.string() }),
  ] as const;

/** An event that a training has not reported yet: what has no clock gives it no time. */
export const pendingEvent = z.discriminatedUnion('type', eventKinds(position));

/** One line of `events.jsonl`: what happened to a run, and why. */
export const eventRecord = z.discriminatedUnion('type', eventKinds({ ...position, time: z.iso.datetime() }));
/** See {@link eventRecord}. */
export type EventRecord = z.infer<typeof eventRecord>;
