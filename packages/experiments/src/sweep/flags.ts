import { parseAxis } from './axis.js';
import type { PlanFile } from './plan-file.js';

/**
 * A plan with settings of the command line, which override those of the file: of several values the plan has every combination.
 *
 * @param words by setting: `{ seed: '1..16', learningRate: '0.1,0.05', epochs: '20' }`
 * @throws ExperimentError if a range is empty or too long
 */
export function withFlags(plan: PlanFile, words: Readonly<Record<string, string>>): PlanFile {
  const base = { ...plan.base };
  const grid = { ...plan.grid };
  for (const [name, word] of Object.entries(words)) {
    const values = parseAxis(name, word);
    const [only] = values;
    const single = values.length === 1 ? only : undefined;
    Reflect.deleteProperty(base, name);
    Reflect.deleteProperty(grid, name);
    if (single === undefined) grid[name] = values.map((value) => (typeof value === 'object' ? value.join(',') : value));
    else base[name] = typeof single === 'object' ? [...single] : single;
  }
  return { ...plan, base, grid };
}
