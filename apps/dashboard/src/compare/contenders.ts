import { COMPARED_RUN_COLORS, type ComparedRun } from '@fdr/figures';
import type { ComparedRun as FetchedRun } from './use-compared-runs.js';

/** Runs as a comparison draws them, each by its name, or by its id where others have the same. */
export function contenders(runs: readonly FetchedRun[]): ComparedRun[] {
  const names = runs.map(({ summary: { run } }) => run.name || run.id);
  return runs.map(({ records }, place) => {
    const name = names[place] ?? '';
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    const color = COMPARED_RUN_COLORS[place % COMPARED_RUN_COLORS.length] ?? 'black';
    return { name: alone ? name : records.run.id, color, records };
  });
}
