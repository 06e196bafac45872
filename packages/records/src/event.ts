import { z } from 'zod';
import { command } from './command.js';
import { anyNumber } from './number-codec.js';
import { runConfig, runStatus } from './run.js';

const at = { step: z.int().min(0), epoch: z.int().min(0), time: z.iso.datetime() };

/** One line of `events.jsonl`: what happened to a run, and why. */
export const eventRecord = z.discriminatedUnion('type', [
  z.object({
    ...at,
    type: z.literal('learningRate'),
    from: anyNumber,
    to: anyNumber,
    reason: z.discriminatedUnion('rule', [
      /**
       * |ratio - 1| < threshold over the last `stepsUsed` steps (section 3.3); where every parameter tensor had to pass, the ratio is
       * that of `layer`, the slowest.
       */
      z.object({
        rule: z.literal('equilibrium'),
        ratio: anyNumber,
        threshold: z.number(),
        stepsUsed: z.int(),
        layer: z.string().optional(),
      }),
      /** `everyEpochs` epochs have passed. */
      z.object({ rule: z.literal('step'), everyEpochs: z.int() }),
      /** `epochs` of the `ofEpochs` of the curve have passed. */
      z.object({ rule: z.literal('cosine'), epochs: z.int(), ofEpochs: z.int() }),
      /** The training loss has not fallen below `best` for `epochs` epochs. */
      z.object({ rule: z.literal('plateau'), best: anyNumber, epochs: z.int() }),
      z.object({ rule: z.literal('command'), commandId: z.string() }),
    ]),
  }),
  z.object({
    ...at,
    type: z.literal('schedule'),
    schedule: runConfig.shape.schedule,
    threshold: z.number(),
    decay: z.number(),
    commandId: z.string(),
  }),
  z.object({ ...at, type: z.literal('command'), command }),
  z.object({ ...at, type: z.literal('warning'), message: z.string() }),
  z.object({ ...at, type: z.literal('status'), status: runStatus, message: z.string() }),
]);
export type EventRecord = z.infer<typeof eventRecord>;
