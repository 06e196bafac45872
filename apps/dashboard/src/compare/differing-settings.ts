import { formatNumber, formatPercent, bestEpoch, runVerdict } from '@fdr/core/relations';
import type { RunConfig } from '@fdr/records';
import { plainText } from '../plain-text.js';
import type { FetchedRun } from './use-compared-runs.js';

/** A row of the table that sets runs side by side: a value for each run, in their order. */
export interface ComparedRow {
  readonly name: string;
  readonly values: readonly string[];
}

const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Every setting by its name, those of the optimizer and the schedule with whose they are. */
function settingsOf({ optimizer, schedule, ...others }: RunConfig): ReadonlyMap<string, string> {
  const own = Object.entries(others);
  const nested = [
    ...Object.entries(optimizer).map(
      ([name, value]) => [name === 'kind' ? 'optimizer' : `optimizer ${name}`, value] as const,
    ),
    ...Object.entries(schedule).map(
      ([name, value]) => [name === 'kind' ? 'schedule' : `schedule ${name}`, value] as const,
    ),
  ];
  const text = (value: unknown): string =>
    typeof value === 'number' ? formatNumber(value, 10) : plainText(String(value));
  return new Map([...own, ...nested].map(([name, value]) => [inWords(name), text(value)]));
}

/** The settings in which runs differ, a dash where a run has no such setting; none for a single run. */
export function differingSettings(configs: readonly RunConfig[]): ComparedRow[] {
  const settings = configs.map(settingsOf);
  const names = [...new Set(settings.flatMap((each) => [...each.keys()]))];
  return names
    .map((name) => ({ name, values: settings.map((each) => each.get(name) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** How far each run came: its verdict, and its best accuracy on the test images. */
export const outcomes = (runs: readonly FetchedRun[]): ComparedRow[] => [
  { name: 'verdict', values: runs.map(({ records }) => runVerdict(records).sentence) },
  {
    name: 'best test accuracy',
    values: runs.map(({ records: { epochs } }) => {
      const best = bestEpoch(epochs);
      return best ? `${formatPercent(best.testAccuracy)}, epoch ${best.epoch}` : '–';
    }),
  },
];
