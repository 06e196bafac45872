import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { usePolled } from '../src/feed/use-polled.js';
import { deferred } from './deferred.js';
import { inScope, stopScopes } from './in-scope.js';
import { countListeners, setVisibility } from './page-state.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  stopScopes();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Lets promises settle. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('polled data', () => {
  it('is fetched at once and then at every interval', async () => {
    const fetch = vi.fn(() => Promise.resolve(fetch.mock.calls.length));
    const { result } = inScope(() => usePolled(fetch, 1000));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(result.data.value).toBeNull();
    await settle();
    expect(result.data.value).toBe(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2001);
    expect(fetch).toHaveBeenCalledTimes(4);
    expect(result.data.value).toBe(4);
  });

  it('is fetched every three seconds where no interval is given', async () => {
    const fetch = vi.fn(() => Promise.resolve('data'));
    inScope(() => usePolled(fetch));
    await vi.advanceTimersByTimeAsync(8999);
    expect(fetch).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it('stays when a request fails, and the error goes with the next success', async () => {
    const fetch = vi.fn(() => Promise.resolve('data'));
    const { result } = inScope(() => usePolled(fetch, 1000));
    await settle();
    fetch.mockRejectedValueOnce(new TypeError('fetch failed'));
    await vi.advanceTimersByTimeAsync(1000);
    expect([result.data.value, result.error.value]).toEqual(['data', 'fetch failed']);
    fetch.mockRejectedValueOnce('a string');
    await vi.advanceTimersByTimeAsync(1000);
    expect([result.data.value, result.error.value]).toEqual(['data', 'a string']);
    await vi.advanceTimersByTimeAsync(1000);
    expect([result.data.value, result.error.value]).toEqual(['data', '']);
  });

  it('is not requested twice at the same time, not even on demand', async () => {
    const slow = deferred<string>();
    const fetch = vi.fn(() => slow.promise);
    const { result } = inScope(() => usePolled(fetch, 1000));
    await vi.advanceTimersByTimeAsync(5000);
    await result.refresh();
    expect(fetch).toHaveBeenCalledTimes(1);
    slow.resolve('slow');
    await settle();
    expect(result.data.value).toBe('slow');
    void result.refresh();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('is not requested while the page is hidden, and at once when it is shown', async () => {
    const fetch = vi.fn(() => Promise.resolve('data'));
    const { result } = inScope(() => usePolled(fetch, 1000));
    setVisibility('hidden');
    await vi.advanceTimersByTimeAsync(5000);
    await result.refresh();
    expect(fetch).toHaveBeenCalledTimes(1);
    setVisibility('visible');
    await settle();
    expect(fetch).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it('is not requested any more once the scope has ended, and leaves no timer and no listener', async () => {
    const listeners = countListeners(document);
    const fetch = vi.fn(() => Promise.resolve('data'));
    const { stop } = inScope(() => usePolled(fetch, 1000));
    await settle();
    expect([listeners(), vi.getTimerCount()]).toEqual([1, 1]);
    stop();
    expect([listeners(), vi.getTimerCount()]).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(5000);
    setVisibility('hidden');
    setVisibility('visible');
    await settle();
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
