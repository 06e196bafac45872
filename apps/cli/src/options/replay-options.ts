import { SCHEDULE_OPTIONS, scheduleConfig, type ScheduleConfig } from '@fdr/records';
import { defaultSchedule } from '@fdr/training';
import type { Command } from 'commander';
import { z } from 'zod';
import { addKindFlags, readKind, readKindOptions, type KindFlags } from './kind-flags.js';
import { parseValue } from './parse-option.js';
import { addRunsDirectory, readRunsDirectory } from './server-options.js';

/** A constant learning rate and a fixed curve are no rules: they look at nothing. */
type RuleKind = 'equilibrium' | 'step' | 'plateau';

const RULE: KindFlags<RuleKind> = {
  name: 'rule',
  kinds: ['equilibrium', 'step', 'plateau'],
  tables: SCHEDULE_OPTIONS,
  meaning: 'what would have lowered the learning rate',
  usual: 'equilibrium',
};

/** All that `fdr replay` was given, complete and checked. */
export interface ReplayOptions {
  readonly runsDirectory: string;
  readonly rule: ScheduleConfig;
  /** Folder for the picture and its data; none is drawn where it is undefined. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Adds what `fdr replay` takes. */
export const addReplayOptions = (command: Command): Command =>
  addKindFlags(addRunsDirectory(command), RULE)
    .option('--out <folder>', 'draw it over the run: SVG, PNG and CSV')
    .option('--json', 'print one JSON object');

/** @throws UserError for the first value that is not allowed, naming it */
export function readReplayOptions(command: Command): ReplayOptions {
  const options: Readonly<Record<string, unknown>> = command.opts();
  const kind = readKind(command, RULE) ?? 'equilibrium';
  return {
    runsDirectory: readRunsDirectory(options),
    rule: scheduleConfig.parse({ ...defaultSchedule(kind), ...readKindOptions(command, RULE, kind) }),
    out: options['out'] === undefined ? undefined : parseValue('--out', z.string().min(1).max(4096), options['out']),
    json: options['json'] === true,
  };
}
