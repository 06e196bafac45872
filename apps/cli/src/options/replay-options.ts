import { Option, type Command } from 'commander';
import { runConfig } from '@fdr/records';
import type { ScheduleChoice } from '@fdr/core';
import { z } from 'zod';
import { DEFAULT_CONFIG } from './config-flags.js';
import { addRunsDirectory, readRunsDirectory } from './server-options.js';
import { accept, acceptWord, describeRange } from './value.js';

/** All that `fdr replay` was told, complete and checked. */
export interface ReplayOptions {
  readonly runsDirectory: string;
  readonly choice: ScheduleChoice;
  /** Folder for the picture and its data; none is drawn where it is undefined. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** A constant learning rate and a fixed curve are no rules, and a plateau can't be seen in the steps: it is one of the full loss. */
const rule = runConfig.shape.schedule.exclude(['constant', 'cosine', 'plateau']);
const { threshold, decay } = runConfig.shape;

/** Adds what `fdr replay` takes. */
export function addReplayOptions(command: Command): Command {
  return addRunsDirectory(command)
    .addOption(new Option('--rule <name>', describeRange(rule)).default('equilibrium', 'equilibrium'))
    .option(
      '--threshold <X>',
      `lower the rate when the ratio is within X of 1: ${describeRange(threshold)} (default: ${DEFAULT_CONFIG.threshold})`,
    )
    .option('--decay <Y>', `by the factor 1 - Y: ${describeRange(decay)} (default: ${DEFAULT_CONFIG.decay})`)
    .option('--out <folder>', 'draw it over the run: SVG, PNG and CSV')
    .option('--json', 'print one JSON object');
}

/** @throws UserError for the first value that is not allowed, naming it */
export function readReplayOptions(given: Readonly<Record<string, unknown>>): ReplayOptions {
  const number = (name: 'threshold' | 'decay', schema: z.ZodType<number>): number =>
    given[name] === undefined ? DEFAULT_CONFIG[name] : acceptWord(`--${name}`, schema, String(given[name]));
  return {
    runsDirectory: readRunsDirectory(given),
    choice: {
      schedule: accept('--rule', rule, given['rule']),
      threshold: number('threshold', threshold),
      decay: number('decay', decay),
    },
    out: given['out'] === undefined ? undefined : accept('--out', z.string().min(1).max(4096), given['out']),
    json: given['json'] === true,
  };
}
