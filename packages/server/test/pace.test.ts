import { expect, it } from 'vitest';
import { createPace } from '../src/pace.js';

it('waits ten times as long as the thread was busy, at least the usual interval and at most eight times that', () => {
  let active = 1000;
  const pause = createPace(250, () => active);
  const afterBusy = (milliseconds: number): number => {
    active += milliseconds;
    return pause();
  };
  expect(afterBusy(0)).toBe(250);
  expect(afterBusy(20)).toBe(250);
  // 60 / 0.1
  expect(afterBusy(60)).toBe(600);
  expect(afterBusy(5000)).toBe(2000);
  expect(afterBusy(10)).toBe(250);
});
