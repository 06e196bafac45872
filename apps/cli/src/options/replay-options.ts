import { Option, type Command } from 'commander';
import { runConfig, type RunConfig } from '@fdr/records';
import { z } from 'zod';
import { DEFAULT_CONFIG } from '@fdr/training';
import { addConfigFlags, readConfigFlags } from './config-options.js';
import { addRunsDirectory, readRunsDirectory } from './server-options.js';
import { accept, describeRange } from './parse-option.js';

/** A constant learning rate and a fixed curve are no rules: they look at nothing. */
const rule = runConfig.shape.schedule.exclude(['constant', 'cosine']);

/** The options of the rules, as a training has them. */
const KEYS = [
  ...(['threshold', 'decay', 'balance', 'minimumSteps', 'passes'] as const),
  ...(['everyEpochs', 'divisor', 'patience', 'factor', 'improvement', 'minimumLearningRate'] as const),
] satisfies (keyof RunConfig)[];

/** A rule, and the numbers of all; each reads its own. */
export interface RuleChoice extends Pick<RunConfig, (typeof KEYS)[number]> {
  readonly schedule: z.infer<typeof rule>;
}

/** All that `fdr replay` was told, complete and checked. */
export interface ReplayOptions {
  readonly runsDirectory: string;
  readonly choice: RuleChoice;
  /** Folder for the picture and its data; none is drawn where it is undefined. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Adds what `fdr replay` takes. */
export function addReplayOptions(command: Command): Command {
  addRunsDirectory(command).addOption(
    new Option('--rule <name>', describeRange(rule)).default('equilibrium', 'equilibrium'),
  );
  return addConfigFlags(command, KEYS)
    .option('--out <folder>', 'draw it over the run: SVG, PNG and CSV')
    .option('--json', 'print one JSON object');
}

/** @throws UserError for the first value that is not allowed, naming it */
export function readReplayOptions(command: Command): ReplayOptions {
  const given: Readonly<Record<string, unknown>> = command.opts();
  const { threshold, decay } = DEFAULT_CONFIG;
  const schedule = accept('--rule', rule, given['rule']);
  return {
    runsDirectory: readRunsDirectory(given),
    choice: { schedule, threshold, decay, ...readConfigFlags(command, KEYS) },
    out: given['out'] === undefined ? undefined : accept('--out', z.string().min(1).max(4096), given['out']),
    json: given['json'] === true,
  };
}
