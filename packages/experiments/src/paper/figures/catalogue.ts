import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { FigureName, PlannedFigure } from '../plan/plan.js';
import type { Variant } from '../plan/variants.js';
import { drawApproach } from './approach.js';
import { drawAdam, drawAggressive, drawComparison } from './comparison.js';
import type { DrawnFigure } from './drawn-figure.js';
import { drawRelaxation } from './relaxation.js';
import { drawRivals } from './rivals.js';
import { drawSecondRelation } from './second-relation.js';

/** How a figure is drawn, and which of its runs it needs. */
export interface FigureDefinition {
  readonly draw: (planned: PlannedFigure, completed: CompletedParts) => DrawnFigure;
  /** Whether it draws single steps, not the ends of epochs alone. */
  readonly drawsSteps: boolean;
  /** Names what is missing for the figure to be drawn; undefined if nothing is. */
  readonly missing: (runs: readonly CompletedRun[]) => string | undefined;
}

/** How each figure is drawn. A new figure is one file and one row. */
export const FIGURE_DEFINITIONS: Readonly<Record<FigureName, FigureDefinition>> = {
  fig1: { draw: drawApproach, drawsSteps: true, missing: (runs) => (runs.length === 0 ? 'its run' : undefined) },
  fig2: {
    draw: drawRelaxation,
    drawsSteps: true,
    missing: (runs) => (learningRates(runs) > 0 ? undefined : 'every run of its sequence'),
  },
  fig3: {
    draw: drawSecondRelation,
    drawsSteps: false,
    missing: (runs) => (learningRates(runs) > 1 ? undefined : 'a second learning rate'),
  },
  fig4: {
    draw: drawComparison,
    drawsSteps: false,
    missing: (runs) => missingVariants(runs, ['preset', 'adaptive', 'amsgrad']),
  },
  // It says itself what is missing of the others, which may have diverged.
  fig5: { draw: drawRivals, drawsSteps: false, missing: (runs) => missingVariants(runs, ['adaptive']) },
  figS1: { draw: drawAdam, drawsSteps: false, missing: (runs) => missingVariants(runs, ['adam', 'amsgrad']) },
  figS2: { draw: drawAggressive, drawsSteps: false, missing: (runs) => missingVariants(runs, ['aggressive']) },
};

/** The number of learning rates of the sequences' runs. */
const learningRates = (runs: readonly CompletedRun[]): number =>
  new Set(runs.filter(({ role }) => role.kind === 'stage').map(({ job }) => job.config.learningRate)).size;

/** The variants that are not completed; undefined if all are. */
function missingVariants(runs: readonly CompletedRun[], variants: readonly Variant[]): string | undefined {
  const completed = new Set(runs.flatMap(({ role }) => (role.kind === 'comparison' ? [role.variant] : [])));
  const missing = variants.filter((variant) => !completed.has(variant));
  return missing.length === 0 ? undefined : missing.join(', ');
}
