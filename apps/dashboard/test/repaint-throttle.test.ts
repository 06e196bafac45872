import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRepaintThrottle } from '../src/run/repaint-throttle.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('the first request paints at once, many requests paint a few times a second, and the last one is painted', () => {
  const paint = vi.fn();
  const throttle = createRepaintThrottle(paint, 250);
  for (let i = 0; i < 200; i += 1) {
    throttle.request();
    if (i === 0) expect(paint).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10);
  }
  expect(paint.mock.calls.length).toBeGreaterThanOrEqual(7);
  expect(paint.mock.calls.length).toBeLessThanOrEqual(9); // 2 s / 0.25 s, and the first
  vi.advanceTimersByTime(2000);
  const before = paint.mock.calls.length;
  throttle.request();
  throttle.request();
  expect(paint).toHaveBeenCalledTimes(before + 1);
  vi.advanceTimersByTime(2000);
  expect(paint).toHaveBeenCalledTimes(before + 2);
  throttle.stop();
});

it('slow painting takes at most a quarter of the time', () => {
  const paint = vi.fn(() => vi.advanceTimersByTime(500));
  const throttle = createRepaintThrottle(paint, 250);
  for (let i = 0; i < 1000; i += 1) {
    throttle.request();
    vi.advanceTimersByTime(10);
  }
  const paints = paint.mock.calls.length;
  const whole = 10_000 + 500 * paints;
  expect(500 * (paints - 1)).toBeLessThanOrEqual(whole / 4);
  expect(paints).toBeGreaterThanOrEqual(3);
  throttle.stop();
});

it('nothing is painted while held, once on release, nothing after stop', () => {
  const paint = vi.fn();
  const throttle = createRepaintThrottle(paint);
  throttle.hold(true);
  throttle.request();
  throttle.request();
  vi.advanceTimersByTime(1000);
  expect(paint).not.toHaveBeenCalled();
  throttle.hold(false);
  expect(paint).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  throttle.stop();
  throttle.request();
  vi.advanceTimersByTime(1000);
  expect(paint).toHaveBeenCalledTimes(1);
});
