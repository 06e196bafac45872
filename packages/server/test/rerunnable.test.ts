import { describe, expect, it } from 'vitest';
import { rerunnable } from '../src/rerunnable.js';

describe('a rerunnable task', () => {
  it('runs once more for any number of requests during a run, never twice at a time', async () => {
    let runs = 0;
    let atOnce = 0;
    const release: (() => void)[] = [];
    const request = rerunnable(async () => {
      runs++;
      atOnce++;
      expect(atOnce).toBe(1);
      await new Promise<void>((resolve) => release.push(resolve));
      atOnce--;
    });
    const first = request();
    const others = [request(), request(), request()];
    expect(runs).toBe(1);
    release.shift()?.();
    await Promise.resolve().then(() => undefined);
    await new Promise(setImmediate);
    expect(runs).toBe(2);
    release.shift()?.();
    await Promise.all([first, ...others]);
    expect(runs).toBe(2);
  });

  it('loses no request that is made at any moment around the end of a run', async () => {
    for (let ticks = 0; ticks < 10; ticks++) {
      let seen = 0;
      let wanted = 0;
      const request = rerunnable(async () => {
        seen = wanted;
        await Promise.resolve();
      });
      const first = request();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      wanted = 1;
      await request();
      expect([ticks, seen]).toEqual([ticks, 1]);
      await first;
    }
  });

  it('rejects if the task fails, and can be requested again', async () => {
    let fails = true;
    let runs = 0;
    const request = rerunnable(async () => {
      runs++;
      if (fails) throw new Error('failed');
    });
    await expect(request()).rejects.toThrow('failed');
    fails = false;
    await request();
    expect(runs).toBe(2);
  });
});
