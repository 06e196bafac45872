/** Allows `burst` at once and `perSecond` in the long run. */
export interface RateLimit {
  /** Takes one; false where there is none left. */
  take(): boolean;
}

/** @param now milliseconds of a clock that never goes back */
export function createRateLimit(
  perSecond: number,
  burst: number,
  now: () => number = () => performance.now(),
): RateLimit {
  let left = burst;
  let at = now();
  return {
    take: () => {
      const time = now();
      left = Math.min(burst, left + ((time - at) / 1000) * perSecond);
      at = time;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
