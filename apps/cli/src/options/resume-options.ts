import type { Command } from 'commander';
import { runConfig } from '@fdr/records';
import { addTrainingOptions, readTrainingOptions, type TrainingOptions } from './training-options.js';
import { parseWord, describeRange } from './parse-option.js';

/** All that `fdr resume` was given, complete and checked. */
export interface ResumeOptions extends TrainingOptions {
  /** Epochs in all, where they are to be others than before. */
  readonly epochs: number | undefined;
}

const { epochs } = runConfig.shape;

/** Adds every flag of `fdr resume`. */
export const addResumeOptions = (command: Command): Command =>
  addTrainingOptions(command).option(
    '--epochs <n>',
    `passes over the training data in all: ${describeRange(epochs)} (default: as before)`,
  );

/** @throws UserError for the first value that is not allowed, naming it */
export function readResumeOptions(command: Command): ResumeOptions {
  const given: Readonly<Record<string, unknown>> = command.opts();
  return {
    ...readTrainingOptions(given),
    epochs: given['epochs'] === undefined ? undefined : parseWord('--epochs', epochs, String(given['epochs'])),
  };
}
