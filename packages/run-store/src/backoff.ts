const LONGEST_DELAY = 30_000;

/** Tries something again, later each time. */
export interface Backoff {
  /** Whether a new attempt is due later. */
  isWaiting(): boolean;
  /** Plans a new attempt, after a failure. */
  schedule(): void;
  /** Makes no new attempt. */
  cancel(): void;
  /** Begins with the first delay again, after a success. */
  reset(): void;
}

/**
 * Calls `retry` after a delay that doubles with each failure, up to 30 s.
 *
 * @param firstDelay in milliseconds
 */
export function createBackoff(firstDelay: number, retry: () => void): Backoff {
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  return {
    isWaiting: () => timer !== undefined,
    schedule: () => {
      const delay = Math.min(firstDelay * 2 ** failures, LONGEST_DELAY);
      failures += 1;
      timer = setTimeout(() => {
        timer = undefined;
        retry();
      }, delay);
      // A finished process must not stay alive for the sake of a retry: close() makes the last attempt.
      timer.unref();
    },
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
    },
    reset: () => {
      failures = 0;
    },
  };
}
