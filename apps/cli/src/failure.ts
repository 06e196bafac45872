import { OptionError } from '@fdr/core/relations';
import { DatasetError } from '@fdr/datasets';
import { ExperimentError } from '@fdr/experiments/planning';
import { RunFolderError } from '@fdr/run-store';
import { ServerError } from '@fdr/server';
import { TrainingError } from '@fdr/training';
import { onOneLine } from './terminal/text.js';

/** Exit codes of the process. */
export const EXIT = { fine: 0, failure: 1, mistake: 2, interrupted: 130 } as const;

/**
 * A mistake of the person at the keyboard, or something missing on this machine: one line that says what, where, what was
 * expected, what was found, what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The errors that a user can mend, of every room of the house. Everything else that is thrown is a bug. */
const MISTAKES = [UserError, DatasetError, RunFolderError, TrainingError, ServerError, ExperimentError, OptionError];

/** Whether what was thrown is a user's mistake. It is a bug otherwise. */
export const isMistake = (error: unknown): error is Error => MISTAKES.some((kind) => error instanceof kind);

/** The exit code for what was thrown, and the text for the error stream: one line, or a bug's stack. */
export function describeFailure(error: unknown): { readonly exitCode: number; readonly text: string } {
  if (isMistake(error)) return { exitCode: EXIT.mistake, text: `fdr: ${onOneLine(error.message)}\n` };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT.failure, text: `fdr: this is a bug in fdr, please report it\n${text}\n` };
}
