import { z } from 'zod';
import type { Acknowledgement, Command } from './command.js';
import { epochRecord } from './epoch.js';
import { eventRecord } from './event.js';
import { anyNumber } from './number-codec.js';
import { run, runId } from './run.js';

/**
 * How far a client has read a run: the number of epochs, steps and events it holds. Every stream is
 * numbered from 0 without gaps, so a position is also the sequence number of the next record wanted.
 */
export const position = z.strictObject({
  epochs: z.int().min(0),
  steps: z.int().min(0),
  events: z.int().min(0),
});
/** See {@link position}. */
export type Position = z.infer<typeof position>;

/** What a client asks for: the records of a run from a position on. */
export const subscription = z.strictObject({ runId, from: position });
/** See {@link subscription}. */
export type Subscription = z.infer<typeof subscription>;

/** `run.json` as it stands now; sent first, and again whenever it changes. */
export const runMessage = z.object({
  runId,
  run,
  /** Why the disk refuses what the training records, in words; null while it does not, or where another process trains the run. */
  diskError: z.string().nullable(),
});
/** See {@link runMessage}. */
export type RunMessage = z.infer<typeof runMessage>;

/** Epoch records `from .. from + records.length - 1` of the run. */
export const epochMessage = z.object({ runId, from: z.int().min(0), records: z.array(epochRecord) });
/** See {@link epochMessage}. */
export type EpochMessage = z.infer<typeof epochMessage>;

/** Event records `from .. from + records.length - 1` of the run. */
export const eventMessage = z.object({ runId, from: z.int().min(0), records: z.array(eventRecord) });
/** See {@link eventMessage}. */
export type EventMessage = z.infer<typeof eventMessage>;

/** Rows of `steps.f32` from row `from` on, little-endian float32, as many columns as `run.stepColumns` names. */
export const stepsMessage = z.object({
  runId,
  from: z.int().min(0),
  rows: z.custom<Uint8Array>((value) => value instanceof Uint8Array || value instanceof ArrayBuffer, 'rows are binary'),
});
/** See {@link stepsMessage}. */
export type StepsMessage = z.infer<typeof stepsMessage>;

/** Answer of `GET /api/runs/:id`. `controllable`: the serving process is the one that trains it. */
export const runSummary = z.object({
  run,
  lastEpoch: epochRecord.nullable(),
  bestTestAccuracy: anyNumber.nullable(),
  controllable: z.boolean(),
});
/** See {@link runSummary}. */
export type RunSummary = z.infer<typeof runSummary>;
/** Epochs as `GET /api/runs/:id/epochs?from=` answers; `skipped` counts unreadable lines. */
export const epochList = z.object({ from: z.int().min(0), records: z.array(epochRecord), skipped: z.int().min(0) });
/** See {@link epochList}. */
export type EpochList = z.infer<typeof epochList>;
/** Events as `GET /api/runs/:id/events?from=` answers; `skipped` counts unreadable lines. */
export const eventList = z.object({ from: z.int().min(0), records: z.array(eventRecord), skipped: z.int().min(0) });
/** See {@link eventList}. */
export type EventList = z.infer<typeof eventList>;

/** What the server emits. The client acknowledges each message of a run; the server sends the next one only then. */
export interface ServerEvents {
  run: (message: unknown, received: () => void) => void;
  epoch: (message: unknown, received: () => void) => void;
  steps: (message: unknown, received: () => void) => void;
  event: (message: unknown, received: () => void) => void;
  /** The list of runs has changed: see `runListMessage`. It is not acknowledged, and a client that is slow may miss some. */
  runs: (message: unknown) => void;
}

/** What the client emits; every one is acknowledged. A new subscription replaces the old one. */
export interface ClientEvents {
  subscribe: (subscription: Subscription, answer: (acknowledgement: Acknowledgement) => void) => void;
  unsubscribe: (answer: (acknowledgement: Acknowledgement) => void) => void;
  /** From now on the server tells when the list of runs has changed. */
  followRuns: (answer: (acknowledgement: Acknowledgement) => void) => void;
  command: (command: Command, answer: (acknowledgement: Acknowledgement) => void) => void;
}
