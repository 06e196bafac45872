import { expect, it } from 'vitest';
import {
  changeText,
  cosine,
  equilibrium,
  plateau,
  step,
  type EpochEnd,
  type Schedule,
} from '../src/relations/index.js';

const UNKNOWN: EpochEnd['scatter'] = { total: undefined, layers: {} };
const end: EpochEnd = {
  learningRate: 0.1,
  oLHalf: 1.00412,
  oRHalf: 1,
  stepsUsed: 3900,
  layers: {},
  scatter: UNKNOWN,
  trainLoss: 0.25,
};

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

it('the equilibrium schedule says how much the ratio scatters, warns once where that is more than X, and decides the same', () => {
  const { begin, decide } = equilibrium();
  const { state } = begin({ epochs: 9, stepsPerEpoch: 100, learningRate: 0.1 });
  const unknown = decide(state, end);
  const scattering = (total: number) => ({ ...end, scatter: { total, layers: {} } });
  const small = decide(state, scattering(0.0041));
  expect(small.reason!.message).toBe(`${unknown.reason!.message}, over which it scatters by 0.0041`);
  expect([small.reason!['scatter'], small.warning]).toEqual([0.0041, undefined]);
  const large = decide(small.state, scattering(0.0312));
  expect(large.reason!.message).toBe(
    `${unknown.reason!.message}; within noise: it scatters by 0.031 over such a window`,
  );
  // 3,900 steps * 0.0312 / 0.01
  expect(large.warning).toBe(
    "the threshold 0.01 is below the ratio's own scatter of 0.031 over 3,900 steps: this drop may be luck, and later ones too; " +
      'with minimum steps of 12,000 a window would tell',
  );
  expect(decide(large.state, scattering(0.0312)).warning).toBeUndefined();
  // An epoch that changes nothing in between does not make it forget.
  const between = decide(large.state, { ...end, oLHalf: 2 });
  expect(decide(between.state, scattering(0.0312)).warning).toBeUndefined();
  for (const { learningRate } of [small, large]) expect(learningRate).toBe(unknown.learningRate);
  // Exactly at X it is not more than X.
  expect(decide(state, scattering(0.01)).warning).toBeUndefined();
});

it('the slowest layer decides by its own scatter', () => {
  const layers = { 'dense1.kernel': { oLHalf: 1, oRHalf: 1 }, 'dense1.bias': { oLHalf: 1.00412, oRHalf: 1 } };
  const scatter = { total: 0.001, layers: { 'dense1.kernel': 0.002, 'dense1.bias': 0.3 } };
  const message = firstMessage(equilibrium({ balance: 'layers' }), { ...end, layers, scatter }, 1);
  expect(message).toMatch(
    /^the slowest ratio, of dense1.bias, .*; within noise: it scatters by 0.3 over such a window$/,
  );
});

it('the text of a change names the layers that are not in equilibrium beyond doubt', () => {
  const reason = { rule: 'equilibrium', message: 'it was', threshold: 0.01 };
  const layers = {
    off: { ratio: 1.0824, scatter: 0.021 },
    doubtful: { ratio: 0.9, scatter: 0.06 },
    below: { ratio: 0.95, scatter: 0.01 },
    within: { ratio: 1.009, scatter: 0.001 },
  };
  expect(changeText({ reason, layers })).toBe('it was; not in equilibrium: off 1.08 ± 0.04, below 0.95 ± 0.02');
  expect(changeText({ reason, layers: { within: layers.within } })).toBe('it was');
  expect(changeText({ reason })).toBe('it was');
});
