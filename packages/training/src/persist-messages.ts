import type { Worker } from 'node:worker_threads';
import type { Acknowledgement, RunStatus } from '@fdr/records';
import type { RunWriter } from '@fdr/run-store';
import { TrainingError } from './training-error.js';
import type { WorkerMessage } from './worker-messages.js';

/** How a training ended. */
export interface Outcome {
  readonly status: RunStatus;
  /** Whether the run folder holds everything, the last checkpoint included. */
  readonly complete: boolean;
}

/** Who hears of a training besides its run folder. */
export interface MessageListeners {
  readonly listen: (message: WorkerMessage) => void;
  readonly warn: (message: string) => void;
  readonly onAnswer: (commandId: string, answer: Acknowledgement) => void;
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

/** Writes what the training thread sends to the run folder, until it ends. A disk that refuses never stops the training. */
export async function persistMessages(thread: Worker, writer: RunWriter, to: MessageListeners): Promise<Outcome> {
  let saving = Promise.resolve(true);

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
      case 'checkpoint':
        saving = saveCheckpoint(writer, message, to.warn);
        return;
      case 'answer':
        return to.onAnswer(message.commandId, message.answer);
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

  async function finish(): Promise<boolean> {
    const saved = await saving;
    const written = await closeWriter(writer, to.warn);
    await thread.terminate();
    return saved && written;
  }

  try {
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (message: WorkerMessage) => {
        try {
          persist(message);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        to.listen(message);
        if (message.type === 'end') resolve();
      });
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('the training thread ended without a message')));
    });
  } catch (error) {
    writer.setStatus('failed');
    await finish();
    throw error;
  }
  const complete = await finish();
  return { status: writer.run.status, complete };
}

/** @returns whether it was saved. */
async function saveCheckpoint(
  writer: RunWriter,
  message: Extract<WorkerMessage, { type: 'checkpoint' }>,
  warn: (message: string) => void,
): Promise<boolean> {
  try {
    await writer.saveCheckpoint(message.step, message, message.rolling);
    return true;
  } catch (error) {
    warn(`the checkpoint of step ${message.step} could not be saved (${String(error)}); earlier ones are kept`);
    return false;
  }
}

/** @returns whether everything was written. */
async function closeWriter(writer: RunWriter, warn: (message: string) => void): Promise<boolean> {
  const { lost, error } = await writer.close();
  for (const [file, count] of Object.entries(lost)) warn(`${count} writes to ${file} in ${writer.folder} were lost`);
  if (error !== undefined) warn(`not everything could be written to ${writer.folder}: ${error}`);
  return error === undefined && Object.keys(lost).length === 0;
}
