import { createStepSeries, type StepSeries } from '@fdr/figures';
import { afterEach, expect, it } from 'vitest';
import { shallowRef } from 'vue';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import { useStepRate } from '../src/run/use-step-rate.js';
import { inScope, stopScopes } from './in-scope.js';

afterEach(stopScopes);

const { run } = quadraticRun(1);
const stepsDone = (steps: number): StepSeries => ({ ...createStepSeries(['loss']), steps });

it('the rate is that of the steps of the last ten seconds, and of a run that trains alone', () => {
  let time = 0;
  const history = shallowRef({ run: { ...run, status: 'running' as const }, steps: stepsDone(100) });
  const { result: rate } = inScope(() => useStepRate(history, () => time));
  const grow = (milliseconds: number, steps: number, status: 'running' | 'paused' = 'running') => {
    time += milliseconds;
    history.value = { run: { ...run, status } as typeof history.value.run, steps: stepsDone(steps) };
  };
  expect(rate.value).toBeUndefined();
  grow(2000, 500);
  // 400 steps in 2 s
  expect(rate.value).toBe(200);
  // The first reading is too old: 100 steps in 9 s.
  grow(9000, 600);
  expect(rate.value).toBeCloseTo(100 / 9, 12);
  grow(1000, 600, 'paused');
  expect(rate.value).toBeUndefined();
  grow(1000, 600);
  expect(rate.value).toBeUndefined();
  // A run that was resumed from an earlier checkpoint has fewer steps than before.
  grow(1000, 50);
  expect(rate.value).toBeUndefined();
});
