/** Turns many requests into few repaints. */
export interface RepaintThrottle {
  /** Asks for a repaint. */
  readonly request: () => void;
  /** While held, requests are remembered and nothing is painted. */
  readonly hold: (held: boolean) => void;
  /** Ends it: nothing is painted any more. */
  readonly stop: () => void;
}

/** The time from one repaint to the next is at least this many times what painting took. */
const REST_FACTOR = 4;
const MAX_PAUSE = 5000;
/** Milliseconds of two frames, which pass even where painting takes no time. */
const TWO_FRAMES = 32;

/**
 * Calls `paint` at the first request and then at most every `interval` milliseconds; less often where the page is slow, so that
 * painting, with all that follows from it in the same frame, takes at most a quarter of the time.
 */
export function createRepaintThrottle(paint: () => void, interval = 250): RepaintThrottle {
  let requested = false;
  let held = false;
  let pausing = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function pauseSince(start: number): void {
    if (stopped) return;
    const spent = performance.now() - start;
    const pause = Math.max(interval, REST_FACTOR * (spent - TWO_FRAMES)) - spent;
    timer = setTimeout(resume, Math.min(Math.max(pause, 0), MAX_PAUSE));
  }

  function resume(): void {
    pausing = false;
    paintIfRequested();
  }

  function paintIfRequested(): void {
    if (!requested || held || pausing || stopped) return;
    requested = false;
    pausing = true;
    const start = performance.now();
    paint();
    // What was painted is on the screen by the next frame but one.
    requestAnimationFrame(() => requestAnimationFrame(() => pauseSince(start)));
  }

  return {
    request() {
      requested = true;
      paintIfRequested();
    },
    hold(hold) {
      held = hold;
      paintIfRequested();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
