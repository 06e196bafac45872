import type { Schedule } from './schedule.js';

/** Leaves the learning rate as it is. */
export const constant = (): Schedule => ({
  start: {},
  decide: (state, { learningRate }) => ({ state, learningRate, reason: null }),
  warnings: [],
});
