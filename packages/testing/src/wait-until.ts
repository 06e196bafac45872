import { vi } from 'vitest';

/**
 * Waits for a condition, real and fake timers alike. The limit catches only what hangs, where vitest's own is one second.
 *
 * @returns what the condition gave when it was first true.
 */
export const waitUntil = <Value>(condition: () => Value | Promise<Value>) =>
  vi.waitUntil(condition, { timeout: 300_000 });
