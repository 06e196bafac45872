import { runConfig } from '@fdr/records';
import type { Command } from 'commander';
import { describeRange, parseWord } from './parse-option.js';
import {
  addTrainingOptions,
  readTrainingOptions,
  type TrainingFlags,
  type TrainingOptions,
} from './training-options.js';

/** What the command line gave for {@link addResumeOptions}. */
interface ResumeFlags extends TrainingFlags {
  readonly epochs?: string;
}

/** All that `fdr resume` was given, complete and checked. */
interface ResumeOptions extends TrainingOptions {
  /** Epochs in all, where they differ from before. */
  readonly epochs: number | undefined;
}

const { epochs } = runConfig.shape;

/** Adds every flag of `fdr resume`. */
export const addResumeOptions = (command: Command): Command =>
  addTrainingOptions(command).option(
    '--epochs <n>',
    `passes over the training data in all: ${describeRange(epochs)} (default: as before)`,
  );

/** @throws UserError for the first value that is not allowed, naming its flag */
export function readResumeOptions(command: Command): ResumeOptions {
  const flags = command.opts<ResumeFlags>();
  return {
    ...readTrainingOptions(flags),
    epochs: flags.epochs === undefined ? undefined : parseWord('--epochs', epochs, flags.epochs),
  };
}
