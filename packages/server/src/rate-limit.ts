/** A token bucket. */
export interface RateLimit {
  /** @returns whether one more event is allowed now; if so, it is counted */
  tryTake(): boolean;
}

/**
 * Allows `burst` events at once, and `perSecond` events per second in the long run.
 *
 * @param perSecond tokens that are added per second, > 0
 * @param burst tokens that the bucket holds at most, >= 1; it is full at the start
 * @param now a clock in milliseconds that never goes back
 */
export function createRateLimit(
  perSecond: number,
  burst: number,
  now: () => number = () => performance.now(),
): RateLimit {
  let tokens = burst;
  let refilledAt = now();
  return {
    tryTake: () => {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - refilledAt) / 1000) * perSecond);
      refilledAt = time;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
