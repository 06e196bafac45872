import { vi } from 'vitest';

/** Waits for what must come true; how long it takes is a busy machine's affair, not the test's. */
export const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 30_000 });
