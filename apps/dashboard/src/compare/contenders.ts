import { CONTENDER_COLORS, type Contender } from '@fdr/figures';
import type { ComparedRun } from './use-compared-runs.js';

/** Runs as a comparison draws them, each by its name, or by its id where others have the same. */
export function contenders(runs: readonly ComparedRun[]): Contender[] {
  const names = runs.map(({ summary: { run } }) => run.name || run.id);
  return runs.map(({ records }, place) => {
    const name = names[place] ?? '';
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    const color = CONTENDER_COLORS[place % CONTENDER_COLORS.length] ?? 'black';
    return { name: alone ? name : records.run.id, color, records };
  });
}
