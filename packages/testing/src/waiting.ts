import { vi } from 'vitest';

/** Milliseconds. How long something takes on a busy machine is no failure: the limit catches only what hangs. */
const LIMIT = 300_000;

/** Waits until a check passes without throwing. @returns what it gave then. */
export const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: LIMIT });

/** Waits until a condition is true, with real and with fake timers. @returns what it gave then. */
export const waitUntil = <Value>(condition: () => Value | Promise<Value>) =>
  vi.waitUntil(condition, { timeout: LIMIT });
