import { DATASET_NAMES } from '@fdr/datasets';
import { runConfig } from '@fdr/records';
import { OPTIMIZER_KINDS, SCHEDULE_KINDS } from './config-flags.js';

/** What other programs call our options. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['lr', 'learning-rate'],
  ['eta', 'learning-rate'],
  ['wd', 'weight-decay'],
  ['l2', 'weight-decay'],
  ['bs', 'batch-size'],
  ['batch', 'batch-size'],
  ['data', 'dataset'],
  ['opt', 'optimizer'],
  ['optim', 'optimizer'],
  ['scheduler', 'schedule'],
  ['lr-schedule', 'schedule'],
  ['lr-scheduler', 'schedule'],
  ['network', 'model'],
  ['arch', 'model'],
  ['num-epochs', 'epochs'],
  ['n-epochs', 'epochs'],
  ['max-epochs', 'epochs'],
  ['device', 'backend'],
  ['random-seed', 'seed'],
  ['log-dir', 'runs-dir'],
  ['logdir', 'runs-dir'],
  ['output-dir', 'runs-dir'],
]);

/** Words that are values of options, and are written without them. */
const VALUE_FLAGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dataset: DATASET_NAMES,
    model: runConfig.shape.model.options,
    optimizer: OPTIMIZER_KINDS,
    schedule: SCHEDULE_KINDS,
  }).flatMap(([flag, values]) => values.map((value) => [value, flag] as const)),
);

/**
 * What was meant by an option that there is none of, or by a word that a command does not take; undefined where nobody can tell.
 *
 * @param option that is unknown; undefined where words are too many
 * @param args of the command
 */
export function nearMiss(option: string | undefined, args: readonly string[]): string | undefined {
  if (option !== undefined) {
    const [, name = '', value = ''] = /^--?([^=]*)(=.*)?$/.exec(option) ?? [];
    const hyphened = name.toLowerCase().replaceAll('_', '-');
    const own = OTHER_NAMES.get(hyphened) ?? (hyphened === name ? undefined : hyphened);
    return own === undefined ? undefined : `--${own}${value}`;
  }
  const word = args.find((arg, index) => VALUE_FLAGS.has(arg) && args[index - 1]?.startsWith('-') !== true);
  return word === undefined ? undefined : `--${VALUE_FLAGS.get(word) ?? ''} ${word}`;
}
