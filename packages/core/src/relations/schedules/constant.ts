import type { Schedule } from './schedule.js';

/**
 * Leaves the learning rate as it is.
 *
 * @example constant().settings // { kind: 'constant' }
 */
export const constant = (): Schedule => ({
  settings: { kind: 'constant' },
  begin: () => ({ state: {}, warnings: [] }),
  decide: (state, { learningRate }) => ({ state, learningRate, reason: null }),
});
