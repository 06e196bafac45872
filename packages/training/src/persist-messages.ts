import type { Worker } from 'node:worker_threads';
import type { Acknowledgement, RunStatus } from '@fdr/records';
import { TrainingError } from './training-error.js';
import type { RunWriter } from '@fdr/run-store';
import type { Report } from './worker-messages.js';

export interface Outcome {
  readonly status: RunStatus;
  /** Whether the run folder holds everything, the last checkpoint included. */
  readonly whole: boolean;
}

export interface ReportListeners {
  readonly listen: (report: Report) => void;
  readonly warn: (message: string) => void;
  readonly answered: (commandId: string, answer: Acknowledgement) => void;
}

/** What a training that failed is to be thrown as: a person's mistake in one line, or a bug with its stack. */
export function failure(report: Report): Error {
  if (report.type !== 'failed')
    return new Error(`the training thread said "${report.type}" where "failed" was expected`);
  const error = report.mistake ? new TrainingError(report.message) : new Error(report.message);
  if (!report.mistake) error.stack = report.stack;
  return error;
}

/** Hands what the training thread says to the run folder, until it ends. A disk that refuses never stops the training. */
export async function recordReports(thread: Worker, writer: RunWriter, to: ReportListeners): Promise<Outcome> {
  let saving = Promise.resolve(true);
  try {
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (report: Report) => {
        switch (report.type) {
          case 'steps':
            writer.appendSteps(report.rows);
            break;
          case 'epoch':
            writer.appendEpoch(report.record);
            break;
          case 'event':
            writer.appendEvent(report.record);
            if (report.record.type === 'status') writer.setStatus(report.record.status);
            break;
          case 'checkpoint':
            saving = save(report);
            break;
          case 'answer':
            to.answered(report.commandId, report.answer);
            break;
          case 'failed':
            reject(failure(report));
        }
        to.listen(report);
        if (report.type === 'end') resolve();
      });
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('the training thread ended without a word')));
    });
  } catch (error) {
    writer.setStatus('failed');
    await finish();
    throw error;
  }
  const whole = await finish();
  return { status: writer.run.status, whole };

  function save(report: Extract<Report, { type: 'checkpoint' }>): Promise<boolean> {
    return writer.saveCheckpoint(report.step, report, report.rolling).then(
      () => true,
      (error: unknown) => {
        to.warn(`the checkpoint of step ${report.step} could not be saved (${String(error)}); earlier ones stand`);
        return false;
      },
    );
  }

  async function finish(): Promise<boolean> {
    const saved = await saving;
    const { lost, error } = await writer.close();
    for (const [file, count] of Object.entries(lost))
      to.warn(`${count} writes to ${file} in ${writer.folder} were lost`);
    if (error !== undefined) to.warn(`not everything could be written to ${writer.folder}: ${error}`);
    await thread.terminate();
    return saved && error === undefined && Object.keys(lost).length === 0;
  }
}
