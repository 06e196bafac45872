import type { Schedule } from './schedule.js';

/**
 * A straight line from the first learning rate to zero over the E epochs that follow the schedule's beginning: with T = E M steps and t = 0, 1,
 * ... of them done, each step's rate is
 *
 *     eta (1 - t / T)
 *
 * A rate that is set by hand is that of the epoch's beginning and scales the rest of the line. Each epoch begins new half-running averages;
 * within it the rate moves, so that they tell of the epoch and not of a stationary state.
 *
 * @example linear().settings // { kind: 'linear' }
 */
export const linear = (): Schedule => ({
  settings: { kind: 'linear' },
  begin: ({ epochs }) => ({ state: { epochs: 0, total: epochs }, warnings: [] }),
  decide: ({ epochs: before = 0, total = 1 }, { learningRate }) => {
    const epochs = before + 1;
    const state = { epochs, total };
    if (epochs >= total) return { state, learningRate, reason: null };
    return {
      state,
      learningRate: (learningRate * (total - epochs)) / (total - before),
      reason: { rule: 'linear', message: `${epochs} of ${total} epochs had passed`, epochs, ofEpochs: total },
    };
  },
  withinEpoch: ({ epochs = 0, total = 1 }, part) => 1 - part / (total - epochs),
  ended: ({ epochs = 0, total = 1 }) => (epochs >= total ? 'the learning rate has come down to 0' : undefined),
});
