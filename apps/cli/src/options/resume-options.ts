import type { Command } from 'commander';
import { runConfig } from '@fdr/records';
import { addAttendanceOptions, readAttendanceOptions, type AttendanceOptions } from './training-options.js';
import { acceptWord, describeRange } from './parse-option.js';

/** All that `fdr resume` was told, complete and checked. */
export interface ResumeOptions extends AttendanceOptions {
  /** Epochs in all, where they are to be others than before. */
  readonly epochs: number | undefined;
}

const { epochs } = runConfig.shape;

/** Adds every flag of `fdr resume`. */
export const addResumeOptions = (command: Command): Command =>
  addAttendanceOptions(command).option(
    '--epochs <n>',
    `passes over the training data in all: ${describeRange(epochs)} (default: as before)`,
  );

/** @throws UserError for the first value that is not allowed, naming it */
export function readResumeOptions(command: Command): ResumeOptions {
  const given: Readonly<Record<string, unknown>> = command.opts();
  return {
    ...readAttendanceOptions(given),
    epochs: given['epochs'] === undefined ? undefined : acceptWord('--epochs', epochs, String(given['epochs'])),
  };
}
