import { squares, type Observable } from './observable.js';

/**
 * `|theta - theta_start|^2` after the update, with the parameters that the training began with: what Pesme's test looks at.
 *
 * Source: Pesme, Dieuleveut and Flammarion, ICML 2020.
 */
export const startDistanceSquared: Observable = {
  name: 'startDistanceSquared',
  meaning: 'squared distance from the start, after the update (Pesme)',
  columns: 'tensors',
  remembers: 'displacement',
  measure: ({ displacement }) => squares(displacement),
};
