import type { Worker } from 'node:worker_threads';
import type { Acknowledgement, RunStatus } from '@fdr/records';
import type { RunWriter } from '@fdr/run-store';
import { checkpointSaving, type CheckpointSavingOptions } from './checkpoint-saving.js';
import { TrainingError } from './training-error.js';
import type { WorkerMessage } from './worker-messages.js';

/** How a training ended. */
export interface Outcome {
  /** `failed` where the last checkpoint could not be saved. */
  readonly status: RunStatus;
  /** Whether the run folder holds everything, the last checkpoint included. */
  readonly complete: boolean;
}

/** Who hears of a training besides its run folder. */
export interface MessageListeners extends CheckpointSavingOptions {
  readonly listen: (message: WorkerMessage) => void;
  readonly onAnswer: (commandId: string, answer: Acknowledgement) => void;
  /** Whether a command is answered only once the disk holds what it did. */
  readonly needsDisk: (commandId: string) => boolean;
  /** Called when the last step is made, before the last checkpoint is saved. */
  readonly onTrained: () => void;
}

/** The error of a training that failed: a user's mistake in one line, or a bug with its stack. */
export function failureOf(message: WorkerMessage): Error {
  if (message.type !== 'failed')
    return new Error(`the training thread sent "${message.type}" where "failed" was expected`);
  if (message.mistake) return new TrainingError(message.message);
  const error = new Error(message.message);
  error.stack = message.stack;
  return error;
}

type EventMessage = Extract<WorkerMessage, { type: 'event' }>;

const ENDS: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'diverged']);

/** Writes what the training thread sends to the run folder, until it ends. A disk that refuses never stops the training. */
export async function persistMessages(thread: Worker, writer: RunWriter, to: MessageListeners): Promise<Outcome> {
  const checkpoints = checkpointSaving(writer, to);
  /** How the training says that it ended: recorded once its last checkpoint is safe, because a status never leads what is on the disk. */
  let ending: EventMessage | undefined;

  async function acknowledge(commandId: string, answer: Acknowledgement): Promise<void> {
    const error = answer.ok && to.needsDisk(commandId) ? await unsafe() : undefined;
    const refused = `the training has done it, but the disk refuses to record it (${error}): a crash would undo it`;
    to.onAnswer(commandId, error === undefined ? answer : { ok: false, error: refused });
  }

  /** Why a crash at this moment would undo something; undefined if it would not. */
  async function unsafe(): Promise<string | undefined> {
    const [checkpointError, recordError] = await Promise.all([checkpoints.lastError(), writer.sync()]);
    return checkpointError ?? recordError;
  }

  function persist(message: WorkerMessage): void {
    switch (message.type) {
      case 'steps':
        return writer.appendSteps(message.rows);
      case 'epoch':
        return writer.appendEpoch(message.record);
      case 'event':
        writer.appendEvent(message.record);
        if (message.record.type === 'status') writer.setStatus(message.record.status);
        return;
      case 'applied':
        return writer.appendCommand(message.record, message.isReplayed);
      case 'checkpoint':
        return checkpoints.save(message);
      case 'answer':
        void acknowledge(message.commandId, message.answer);
        return;
      case 'failed':
        throw failureOf(message);
      case 'fetching':
      case 'prepared':
      case 'end':
        return;
      default:
        message satisfies never;
    }
  }

  function onMessage(message: WorkerMessage): void {
    if (message.type === 'event' && message.record.type === 'status' && ENDS.has(message.record.status)) {
      ending = message;
      to.onTrained();
      return;
    }
    persist(message);
    to.listen(message);
  }

  async function finish(status: EventMessage | undefined): Promise<boolean> {
    const saved = await checkpoints.retryLast();
    if (saved && status !== undefined) {
      persist(status);
      to.listen(status);
    }
    const written = await closeWriter(writer, to.warn);
    await thread.terminate();
    return saved && written;
  }

  try {
    await untilEnd(thread, onMessage);
  } catch (error) {
    writer.setStatus('failed');
    await closeWriter(writer, to.warn);
    await thread.terminate();
    throw error;
  }
  const complete = await finish(ending);
  return { status: complete ? writer.run.status : 'failed', complete };
}

/** Resolves at the message `end`. Rejects if the thread ends without it, or a message can't be handled. */
function untilEnd(thread: Worker, onMessage: (message: WorkerMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: WorkerMessage) => {
      try {
        onMessage(message);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      if (message.type === 'end') resolve();
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the training thread ended without a message')));
  });
}

/** @returns whether everything was written. */
async function closeWriter(writer: RunWriter, warn: (message: string) => void): Promise<boolean> {
  const { lost, error } = await writer.close();
  for (const [file, count] of Object.entries(lost)) warn(`${count} writes to ${file} in ${writer.folder} were lost`);
  if (error !== undefined) warn(`not everything could be written to ${writer.folder}: ${error}`);
  return error === undefined && Object.keys(lost).length === 0;
}
