import { expect, it } from 'vitest';
import { cosine, equilibrium, plateau, step, type EpochEnd, type Schedule } from '../src/relations/index.js';

const end: EpochEnd = { learningRate: 0.1, oLHalf: 1.00412, oRHalf: 1, stepsUsed: 3900, layers: {}, trainLoss: 0.25 };

/** The message of the first change of the learning rate under a schedule, if every epoch ends alike. */
function firstMessage(schedule: Schedule, at: EpochEnd, epochs: number): string | undefined {
  let { state } = schedule.begin({ epochs, stepsPerEpoch: 100, learningRate: at.learningRate });
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const decision = schedule.decide(state, at);
    if (decision.reason) return decision.reason.message;
    state = decision.state;
  }
  return undefined;
}

it('the equilibrium schedule gives the ratio, the threshold and the number of steps as its reason', () => {
  expect(firstMessage(equilibrium(), end, 1)).toBe('the ratio 1.0041 was within 0.01 of 1 over the last 3,900 steps');
  const layers = { 'dense1.kernel': { oLHalf: 1, oRHalf: 1 }, 'dense1.bias': { oLHalf: 1.00412, oRHalf: 1 } };
  expect(firstMessage(equilibrium({ balance: 'layers' }), { ...end, layers }, 1)).toBe(
    'the slowest ratio, of dense1.bias, 1.0041 was within 0.01 of 1 over the last 3,900 steps',
  );
});

it('the other schedules give the epochs that have passed as their reason', () => {
  expect(firstMessage(step(), end, 200)).toBe('100 epochs had passed');
  expect(firstMessage(cosine(), end, 50)).toBe('1 of 50 epochs had passed');
  expect(firstMessage(plateau(), end, 20)).toBe('the training loss had not fallen below 0.25 for 11 epochs');
});
