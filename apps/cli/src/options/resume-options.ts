import { runConfig } from '@fdr/records';
import type { Command } from 'commander';
import { z } from 'zod';
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
  readonly from?: string;
  readonly acceptChanges?: boolean;
}

/** All that `fdr resume` was given, complete and checked. */
interface ResumeOptions extends TrainingOptions {
  /** Epochs in all, where they differ from before. */
  readonly epochs: number | undefined;
  /** The step of a checkpoint to go on from; the newest good one where it is left out. */
  readonly from: number | undefined;
  /** Whether it goes on even with other data or other software. */
  readonly acceptChanges: boolean;
}

const { epochs } = runConfig.shape;
const step = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Adds every flag of `fdr resume`. */
export const addResumeOptions = (command: Command): Command =>
  addTrainingOptions(command)
    .option('--epochs <n>', `passes over the training data in all: ${describeRange(epochs)} (default: as before)`)
    .option(
      '--from <step>',
      'go on from the checkpoint of this step; whatever came after it is removed (default: the newest good one)',
    )
    .option('--accept-changes', 'go on even if the data, the backend or its version are not those of before');

/** @throws UserError for the first value that is not allowed, naming its flag */
export function readResumeOptions(command: Command): ResumeOptions {
  const flags = command.opts<ResumeFlags>();
  return {
    ...readTrainingOptions(flags),
    epochs: flags.epochs === undefined ? undefined : parseWord('--epochs', epochs, flags.epochs),
    from: flags.from === undefined ? undefined : parseWord('--from', step, flags.from),
    acceptChanges: flags.acceptChanges ?? false,
  };
}
