import type { Command } from 'commander';
import { z } from 'zod';
import { addServerOptions, readServerOptions, type ServerOptions } from './server-options.js';
import { parseWord } from './parse-option.js';

/** How a training is shown and kept, a new one and a resumed one. */
export interface TrainingOptions extends ServerOptions {
  readonly dashboard: boolean;
  /** Records for machines instead of progress for people. */
  readonly json: boolean;
  /** Seconds between two rolling checkpoints. */
  readonly checkpointEvery: number;
}

const CHECKPOINT_EVERY = 60;
const seconds = z.number().min(0).max(1e6);

/** Adds the flags that `fdr train` and `fdr resume` share. */
export const addTrainingOptions = (command: Command): Command =>
  addServerOptions(command)
    .option('--no-dashboard', 'serve no page')
    .option('--json', 'print one JSON object a line: run, epochs, events')
    .option('--checkpoint-every <seconds>', `time between two rolling checkpoints (default: ${CHECKPOINT_EVERY})`);

/** @throws UserError for the first value that is not allowed, naming it */
export function readTrainingOptions(given: Readonly<Record<string, unknown>>): TrainingOptions {
  const every = given['checkpointEvery'];
  return {
    ...readServerOptions(given),
    dashboard: given['dashboard'] === true,
    json: given['json'] === true,
    checkpointEvery: every === undefined ? CHECKPOINT_EVERY : parseWord('--checkpoint-every', seconds, String(every)),
  };
}
