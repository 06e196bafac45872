import type { Command } from 'commander';
import { z } from 'zod';
import { addServerOptions, readServerOptions, type ServerOptions } from './server-options.js';
import { acceptWord } from './parse-option.js';

/** How a training is shown and kept, whatever it is a training of. */
export interface AttendanceOptions extends ServerOptions {
  readonly dashboard: boolean;
  /** Records for machines instead of progress for people. */
  readonly json: boolean;
  /** Seconds between two checkpoints to go on from, should the process die. */
  readonly checkpointEvery: number;
}

const CHECKPOINT_EVERY = 60;
const seconds = z.number().min(0).max(1e6);

/** Adds the flags that `fdr train` and `fdr resume` share. */
export const addAttendanceOptions = (command: Command): Command =>
  addServerOptions(command)
    .option('--no-dashboard', 'serve no page')
    .option('--json', 'print one JSON object a line: run, epochs, events')
    .option(
      '--checkpoint-every <seconds>',
      `save its state to go on from, should the process die (default: ${CHECKPOINT_EVERY})`,
    );

/** @throws UserError for the first value that is not allowed, naming it */
export function readAttendanceOptions(given: Readonly<Record<string, unknown>>): AttendanceOptions {
  const every = given['checkpointEvery'];
  return {
    ...readServerOptions(given),
    dashboard: given['dashboard'] === true,
    json: given['json'] === true,
    checkpointEvery: every === undefined ? CHECKPOINT_EVERY : acceptWord('--checkpoint-every', seconds, String(every)),
  };
}
