import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../src/rate-limit.js';
import { numbers } from './client.js';

function rateLimitAt(start: number) {
  let time = start;
  const limit = createRateLimit(20, 60, () => time);
  return {
    /** How many of `count` events are allowed after `milliseconds`. */
    takeAfter: (milliseconds: number, count: number): number => {
      time += milliseconds;
      return numbers(1, count).filter(() => limit.tryTake()).length;
    },
  };
}

describe('a rate limit of 20 per second with bursts of 60', () => {
  it('allows 60 events at once and no more', () => {
    expect(rateLimitAt(1e6).takeAfter(0, 1000)).toBe(60);
  });

  it('allows 20 more events a second later', () => {
    const { takeAfter } = rateLimitAt(0);
    takeAfter(0, 60);
    // 20 per second are one in 50 milliseconds.
    expect(takeAfter(49, 10)).toBe(0);
    expect(takeAfter(1, 10)).toBe(1);
    expect(takeAfter(1000, 1000)).toBe(20);
  });

  it('never saves up more than a burst', () => {
    const { takeAfter } = rateLimitAt(0);
    expect(takeAfter(3_600_000, 1000)).toBe(60);
  });
});
