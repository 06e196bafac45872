import type { Run } from '@fdr/records';
import { accuracy } from './accuracy.js';
import { equilibrium } from './equilibrium.js';
import type { Figure } from './figure.js';
import { fullBatchLoss } from './full-batch-loss.js';
import { layers } from './layers.js';
import { loss } from './loss.js';
import { observables } from './observables.js';
import { ratio } from './ratio.js';
import { schedule } from './schedule.js';

/** All figures, in the order in which a page shows them. */
export const figures: readonly Figure[] = [
  loss,
  equilibrium,
  ratio,
  schedule,
  accuracy,
  fullBatchLoss,
  layers,
  observables,
];

/** The figures for which a run has records, in the same order. */
export const figuresOf = (run: Run): readonly Figure[] =>
  figures.filter(({ appliesTo = () => true }) => appliesTo(run));
