import { COMPARED_RUN_COLORS, type ComparedRun } from '@fdr/figures';
import { runTitle } from '../plain-text.js';
import type { FetchedRun } from './use-compared-runs.js';

/** The series of a comparison, one per run: each has a colour, and the run's name, or its id where the name is not unique. */
export function comparedSeries(runs: readonly FetchedRun[]): ComparedRun[] {
  const names = runs.map(({ summary: { run } }) => runTitle(run));
  return runs.map(({ summary: { run }, records }, index) => {
    const name = runTitle(run);
    const isUnique = names.indexOf(name) === names.lastIndexOf(name);
    const color = COMPARED_RUN_COLORS[index % COMPARED_RUN_COLORS.length] ?? 'black';
    return { name: isUnique ? name : run.id, color, records };
  });
}
