import { expect } from 'vitest';
import type { EpochEnd, Schedule } from '../../src/relations/schedules/schedule.js';

/** An epoch's end, of which one thing matters. */
export const epochEnd = (change: Partial<EpochEnd>): EpochEnd => ({
  oLHalf: NaN,
  oRHalf: NaN,
  stepsUsed: 300,
  learningRate: 0.1,
  layers: {},
  scatter: { total: undefined, layers: {} },
  trainLoss: NaN,
  ...change,
});
/** A training long enough for every schedule. */
export const LONG = { epochs: 1000, stepsPerEpoch: 600 };
/** The learning rate after each of these ends, and the reasons of its changes; `epochs` is how long the schedule is. */
export function walk(
  { begin, decide }: Schedule,
  learningRate: number,
  ends: readonly Partial<EpochEnd>[],
  epochs: number = LONG.epochs,
) {
  let { state } = begin({ ...LONG, epochs, learningRate });
  const reasons: unknown[] = [];
  const rates = ends.map((end) => {
    const decision = decide(JSON.parse(JSON.stringify(state)) as typeof state, epochEnd({ ...end, learningRate }));
    if (decision.reason) reasons.push(decision.reason);
    else expect(decision.learningRate).toBe(learningRate);
    ({ state, learningRate } = decision);
    return learningRate;
  });
  return { rates, reasons };
}
