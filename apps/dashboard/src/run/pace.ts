/** Lets many requests lead to few repaints. */
export interface Pace {
  readonly request: () => void;
  /** While held, requests are remembered and nothing is painted. */
  readonly hold: (held: boolean) => void;
  readonly stop: () => void;
}

/**
 * Calls `paint` soon after the first request and then at most every `interval` milliseconds; less often where the page is slow, so that
 * painting, whatever follows from it in the same frame included, takes at most a quarter of the time.
 */
export function createPace(paint: () => void, interval = 250): Pace {
  let wanted = false;
  let held = false;
  let resting = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function turn(): void {
    if (!wanted || held || resting || stopped) return;
    wanted = false;
    resting = true;
    const start = performance.now();
    paint();
    // By the next frame but one, what was painted stands on the page.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        if (stopped) return;
        const rest = Math.max(interval, 4 * (performance.now() - start - 32)) - (performance.now() - start);
        timer = setTimeout(
          () => {
            resting = false;
            turn();
          },
          Math.min(Math.max(rest, 0), 5000),
        );
      });
    });
  }

  return {
    request() {
      wanted = true;
      turn();
    },
    hold(hold) {
      held = hold;
      turn();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
