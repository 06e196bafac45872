import { readdirSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { DATASET_NAMES } from '@fdr/datasets';
import { runConfig, runId } from '@fdr/records';
import type { Command } from 'commander';
import { OPTIMIZER_KINDS, SCHEDULE_KINDS } from './options/config-flags.js';

/** Ids that are offered: the newest. */
const MAX_IDS = 100;

/** Words that the value of an option may be, by the option's name. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['model', runConfig.shape.model.options],
  ['dataset', DATASET_NAMES],
  ['sampling', runConfig.shape.sampling.options],
  ['backend', runConfig.shape.backend.options],
  ['average', runConfig.shape.average.unwrap().options],
  ['optimizer', OPTIMIZER_KINDS],
  ['schedule', SCHEDULE_KINDS],
]);

/** Adds `fdr complete`, by which a shell completes commands, options, their values and ids of runs. */
export function addCompletion(program: Command): void {
  for (const command of tab(program).commands.values()) {
    for (const [name, option] of command.options) {
      const values = VALUES.get(name);
      if (values === undefined) continue;
      option.handler = (complete) => {
        for (const value of values) complete(value, '');
      };
    }
    for (const argument of command.arguments.values())
      if (/^ids?$/.test(argument.name)) {
        argument.handler = (complete) => {
          for (const id of newestIds()) complete(id, '');
        };
      }
  }
}

/** Of the usual folder; none where it can't be read. */
function newestIds(): readonly string[] {
  try {
    const names = readdirSync('runs').filter((name) => runId.safeParse(name).success);
    return ['last', ...names.sort().reverse().slice(0, MAX_IDS)];
  } catch {
    return [];
  }
}
