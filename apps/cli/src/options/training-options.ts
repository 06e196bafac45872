import { runConfig } from '@fdr/records';
import type { Command } from 'commander';
import { z } from 'zod';
import { describeRange, parseWord } from './parse-option.js';
import { addServerOptions, readServerOptions, type ServerFlags, type ServerOptions } from './server-options.js';

/** What the command line gave for {@link addTrainingOptions}. */
export interface TrainingFlags extends ServerFlags {
  readonly dashboard: boolean;
  readonly json?: boolean;
  readonly checkpointEvery?: string;
  readonly keepEvery?: string;
}

/** How a training is shown and kept, a new one and a resumed one. */
export interface TrainingOptions extends ServerOptions {
  readonly dashboard: boolean;
  /** Records for machines instead of progress for people. */
  readonly json: boolean;
  /** Seconds between two rolling checkpoints. */
  readonly checkpointEvery: number;
  /** Epochs between two checkpoints that are kept; undefined: only the first, the best and the last are. */
  readonly keepEvery: number | undefined;
}

const CHECKPOINT_EVERY = 60;
const seconds = z.number().min(0).max(1e6);
const { epochs } = runConfig.shape;

/** Adds the flags that `fdr train` and `fdr resume` share. */
export const addTrainingOptions = (command: Command): Command =>
  addServerOptions(command)
    .option('--no-dashboard', 'do not serve the dashboard')
    .option('--json', 'print one JSON object a line: the run, the address of its page, its epochs and its events')
    .option(
      '--checkpoint-every <seconds>',
      `time between two rolling checkpoints: ${describeRange(seconds)} (default: ${CHECKPOINT_EVERY})`,
    )
    .option(
      '--keep-every <epochs>',
      `epochs between two checkpoints that are kept besides the first, the best and the last: ${describeRange(epochs)} (default: none)`,
    );

/** @throws UserError for the first value that is not allowed, naming its flag */
export function readTrainingOptions(flags: TrainingFlags): TrainingOptions {
  const { dashboard, json = false, checkpointEvery, keepEvery } = flags;
  return {
    ...readServerOptions(flags),
    dashboard,
    json,
    checkpointEvery:
      checkpointEvery === undefined ? CHECKPOINT_EVERY : parseWord('--checkpoint-every', seconds, checkpointEvery),
    keepEvery: keepEvery === undefined ? undefined : parseWord('--keep-every', epochs, keepEvery),
  };
}
