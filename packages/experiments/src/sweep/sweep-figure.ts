import { secondRelation } from '@fdr/core/relations';
import { secondRelationPanels, type Panel } from '@fdr/figures';
import type { SweepStatus } from './status.js';

/** Settings in which the runs of one figure may differ. */
const ALLOWED: readonly string[] = ['seed', 'learningRate', 'epochs'];
/** The relative distance from the line that counts as a departure. */
const TOLERANCE = 0.1;

/**
 * Figure 3 of a sweep over the learning rate: the stationary average of O_FB (18) of each run against its rate, with 95 % confidence intervals over
 * seeds, and the line through the origin and the smallest rate.
 *
 * @returns undefined where the sweep is not over the learning rate at SGD, other things than the seed differ too, or stages repeat a rate and a seed
 */
export function sweepFigure({ varied, jobs, results }: SweepStatus): readonly Panel[] | undefined {
  if (!varied.includes('learningRate') || varied.some((name) => !ALLOWED.includes(name))) return undefined;
  const runs = jobs.flatMap(({ key }) => {
    const result = results.get(key);
    return result?.kind === 'run' ? (result.stationary ?? []) : [];
  });
  const places = new Set(runs.map(({ learningRate, seed }) => `${learningRate} ${seed}`));
  if (new Set(runs.map(({ learningRate }) => learningRate)).size < 2 || places.size < runs.length) return undefined;
  const { points, slope } = secondRelation(runs, { tolerance: TOLERANCE });
  return secondRelationPanels({ points, slope: slope.mean, tolerance: TOLERANCE });
}
