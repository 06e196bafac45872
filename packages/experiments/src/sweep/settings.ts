import { resolve } from 'node:path';
import { OPTIMIZER_OPTIONS, runConfig, SCHEDULE_OPTIONS, type OptionTable, type RunConfig } from '@fdr/records';
import { describeIssue } from '@fdr/run-store';
import { defaultConfig, defaultOptimizer, defaultSchedule } from '@fdr/training';
import { ExperimentError } from '../experiment-error.js';

/** A training's settings by the names of the flags of `fdr train`, in camelCase: `{ learningRate: 0.1, optimizer: 'sgd', momentum: 0.9 }`. */
export type Settings = Readonly<Record<string, SettingValue>>;
/** The value of one setting; a list is of names of observables. */
export type SettingValue = number | string | boolean | readonly string[];

const KINDS = { optimizer: OPTIMIZER_OPTIONS, schedule: SCHEDULE_OPTIONS } as const;
const CONFIG_NAMES = Object.keys(runConfig.shape);
const optionNames = (tables: Readonly<Record<string, OptionTable>>): string[] =>
  Object.values(tables).flatMap((table) => Object.keys(table));

/** Every name that a setting may have. */
export const SETTING_NAMES: readonly string[] = [
  ...new Set([...CONFIG_NAMES, ...optionNames(OPTIMIZER_OPTIONS), ...optionNames(SCHEDULE_OPTIONS)]),
];

/**
 * The whole configuration that settings stand for: what is left out has the default of `fdr train`, but for one thread. Relative paths are
 * taken from the folder of this process.
 *
 * @throws ExperimentError for the first setting that does not exist, is out of range, or would do nothing
 */
export function configOf(settings: Settings): RunConfig {
  const unknown = Object.keys(settings).find((name) => !SETTING_NAMES.includes(name));
  if (unknown !== undefined)
    throw new ExperimentError(`there is no setting ${JSON.stringify(unknown)}; there are ${SETTING_NAMES.join(', ')}`);
  const optimizer = kindOf('optimizer', settings) ?? 'sgd';
  const defaults = { ...defaultConfig(optimizer), threads: 1 };
  const schedule = kindOf('schedule', settings) ?? defaults.schedule.kind;
  const plain = Object.entries(settings).filter(([name]) => CONFIG_NAMES.includes(name));
  const config = {
    ...defaults,
    ...Object.fromEntries(plain.map(([name, value]) => [name, resolved(name, value)])),
    optimizer: { ...defaultOptimizer(optimizer), ...optionsOf('optimizer', optimizer, settings) },
    schedule: { ...defaultSchedule(schedule), ...optionsOf('schedule', schedule, settings) },
  };
  const parsed = runConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ExperimentError(describeIssue(parsed.error, config));
}

/** The kind that settings name; undefined if they name none. @throws ExperimentError if there is no such kind */
function kindOf<Name extends keyof typeof KINDS>(name: Name, settings: Settings): RunConfig[Name]['kind'] | undefined {
  const kind = settings[name];
  if (kind === undefined) return undefined;
  const kinds = Object.keys(KINDS[name]);
  if (typeof kind !== 'string' || !kinds.includes(kind))
    throw new ExperimentError(`${name} must be one of ${kinds.join(', ')}, not ${JSON.stringify(kind)}`);
  return kind as RunConfig[Name]['kind'];
}

/** The settings that are options of a kind. @throws ExperimentError if one belongs to other kinds alone, and would do nothing */
function optionsOf(name: keyof typeof KINDS, kind: string, settings: Settings): Settings {
  const tables: Readonly<Record<string, OptionTable>> = KINDS[name];
  const names = Object.keys(settings).filter((each) => optionNames(tables).includes(each));
  const idle = names.find((each) => tables[kind]?.[each] === undefined);
  if (idle !== undefined) {
    const owners = Object.keys(tables).filter((each) => tables[each]?.[idle] !== undefined);
    throw new ExperimentError(
      `${idle} is an option of ${name} ${owners.join(' or ')}; it would do nothing with ${kind}`,
    );
  }
  return Object.fromEntries(names.map((each) => [each, settings[each] ?? '']));
}

/** A path as a whole path, so that it means the same in every process. */
function resolved(name: string, value: SettingValue): SettingValue {
  const isPath = name === 'start' || name === 'centre' || (name === 'dataset' && String(value).includes('/'));
  return isPath && typeof value === 'string' ? resolve(value) : value;
}

/** The value that a configuration has for a setting; undefined if it has none. */
export function settingOf(config: RunConfig, name: string): SettingValue | undefined {
  if (name === 'optimizer' || name === 'schedule') return config[name].kind;
  const all: Readonly<Record<string, unknown>> = { ...config.schedule, ...config.optimizer, ...config };
  return all[name] as SettingValue | undefined;
}
