import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace } from '../src/run/pace.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('paints at once, then a few times a second however often it is asked, the last request included', () => {
  const paint = vi.fn();
  const pace = createPace(paint, 250);
  for (let i = 0; i < 200; i += 1) {
    pace.request();
    if (i === 0) expect(paint).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10);
  }
  expect(paint.mock.calls.length).toBeGreaterThanOrEqual(7);
  expect(paint.mock.calls.length).toBeLessThanOrEqual(9); // 2 s / 0.25 s, and the first
  vi.advanceTimersByTime(2000);
  const before = paint.mock.calls.length;
  pace.request();
  pace.request();
  expect(paint).toHaveBeenCalledTimes(before + 1);
  vi.advanceTimersByTime(2000);
  expect(paint).toHaveBeenCalledTimes(before + 2);
  pace.stop();
});

it('takes its time where painting is slow', () => {
  const paint = vi.fn(() => vi.advanceTimersByTime(500));
  const pace = createPace(paint, 250);
  for (let i = 0; i < 1000; i += 1) {
    pace.request();
    vi.advanceTimersByTime(10);
  }
  const paints = paint.mock.calls.length;
  const whole = 10_000 + 500 * paints;
  expect(500 * (paints - 1)).toBeLessThanOrEqual(whole / 4);
  expect(paints).toBeGreaterThanOrEqual(3);
  pace.stop();
});

it('paints nothing while held, once when let go, never after its end', () => {
  const paint = vi.fn();
  const pace = createPace(paint);
  pace.hold(true);
  pace.request();
  pace.request();
  vi.advanceTimersByTime(1000);
  expect(paint).not.toHaveBeenCalled();
  pace.hold(false);
  expect(paint).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  pace.stop();
  pace.request();
  vi.advanceTimersByTime(1000);
  expect(paint).toHaveBeenCalledTimes(1);
});
