import { SCHEDULE_OPTIONS, scheduleConfig, type ScheduleConfig } from '@fdr/records';
import { defaultSchedule } from '@fdr/training';
import type { Command } from 'commander';
import { UserError } from '../failure.js';
import { addKindFlags, readKind, readKindOptions, type KindFlags } from './kind-flags.js';
import { parseValue, pathText } from './parse-option.js';
import { addRunsDirectory, readRunsDirectory, type RunsDirectoryFlags } from './server-options.js';

/** The schedules that decide when to lower the learning rate. A constant one never lowers it, a cosine always. */
type RuleKind = 'equilibrium' | 'stationary' | 'step' | 'plateau';

const RULE: KindFlags<RuleKind> = {
  name: 'rule',
  heading: 'Rule, and the options of each:',
  kinds: ['equilibrium', 'stationary', 'step', 'plateau'],
  tables: SCHEDULE_OPTIONS,
  meaning: 'rule that would have lowered the learning rate',
  usual: 'equilibrium',
};

/** What the command line gave for {@link addReplayOptions}, but for the rule. */
interface ReplayFlags extends RunsDirectoryFlags {
  readonly compare?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** All that `fdr replay` was given, complete and checked. */
export interface ReplayOptions {
  readonly runsDirectory: string;
  /** Undefined where every rule and its rivals are compared. */
  readonly rule: ScheduleConfig | undefined;
  /** Folder for the picture and its data; none is drawn where it is undefined. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Adds every flag of `fdr replay`. */
export const addReplayOptions = (command: Command): Command =>
  addKindFlags(addRunsDirectory(command), RULE)
    .option('--compare', 'every rule and its rivals beside each other, each with the defaults of its authors')
    .optionsGroup('Output:')
    .option('--out <folder>', 'folder for a figure of the rule over the run: SVG, PNG and CSV')
    .option('--json', 'print one JSON object');

/** @throws UserError for the first value that is not allowed, naming it */
export function readReplayOptions(command: Command): ReplayOptions {
  const flags = command.opts<ReplayFlags>();
  return {
    runsDirectory: readRunsDirectory(flags),
    rule: readRule(command, flags.compare === true),
    out: flags.out === undefined ? undefined : parseValue('--out', pathText, flags.out),
    json: flags.json === true,
  };
}

function readRule(command: Command, compare: boolean): ScheduleConfig | undefined {
  const given = readKind(command, RULE);
  const kind = given ?? 'equilibrium';
  const options = readKindOptions(command, RULE, kind);
  if (!compare) return scheduleConfig.parse({ ...defaultSchedule(kind), ...options });
  if (given !== undefined || Object.keys(options).length > 0)
    throw new UserError('--compare takes every rule with the defaults of its authors; it cannot stand beside --rule or an option of one'); // prettier-ignore
  return undefined;
}
