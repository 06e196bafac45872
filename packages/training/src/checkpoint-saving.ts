import { setTimeout as delay } from 'node:timers/promises';
import type { RunWriter } from '@fdr/run-store';
import { toCheckpoint } from './row-averages.js';
import type { WorkerMessage } from './worker-messages.js';

/** Milliseconds before the last checkpoint is tried again; doubled with each failure, up to {@link LONGEST_DELAY}. */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30_000;
/** A little over five minutes in all. */
const LAST_TRIES = 15;

type CheckpointMessage = Extract<WorkerMessage, { type: 'checkpoint' }>;

/** Saves the checkpoints that a training sends, and does not give up the last one at once. */
export interface CheckpointSaving {
  save(message: CheckpointMessage): void;
  /** The file system's error if the last checkpoint could not be saved. */
  lastError(): Promise<string | undefined>;
  /** Tries to save the last checkpoint until it is saved. @returns false if it was given up. */
  retryLast(): Promise<boolean>;
}

/** What {@link checkpointSaving} tells, and when it gives up. */
export interface CheckpointSavingOptions {
  readonly warn: (message: string) => void;
  /** Aborted when the last checkpoint is to be given up. */
  readonly patience: AbortSignal;
}

/** Saves checkpoints with the one writer of a run. */
export function checkpointSaving(writer: RunWriter, { warn, patience }: CheckpointSavingOptions): CheckpointSaving {
  let last: { readonly message: CheckpointMessage; readonly error: Promise<string | undefined> } | undefined;

  function save(message: CheckpointMessage): void {
    const error = writer.saveCheckpoint(message.step, toCheckpoint(message), message.retention).then(
      () => undefined,
      (cause: unknown) => {
        warn(`the checkpoint of step ${message.step} could not be saved (${String(cause)}); earlier ones are kept`);
        return String(cause);
      },
    );
    last = { message, error };
  }

  return {
    save,
    lastError: () => last?.error ?? Promise.resolve(undefined),
    retryLast: async () => {
      for (let tries = 1; last !== undefined && (await last.error) !== undefined; tries += 1) {
        if (tries === LAST_TRIES || patience.aborted) return false;
        if (tries === 1) warn('it is tried again for five minutes; Ctrl-C gives it up');
        const milliseconds = Math.min(FIRST_DELAY * 2 ** (tries - 1), LONGEST_DELAY);
        await delay(milliseconds, undefined, { signal: patience }).catch(() => undefined);
        save(last.message);
      }
      return true;
    },
  };
}
