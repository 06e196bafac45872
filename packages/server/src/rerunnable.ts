/**
 * Makes an async task safe to request at any time. A request during a run makes the task run once more afterwards; several
 * requests during one run make it run only once more.
 *
 * @returns a function that requests a run. Its promise resolves when no requested run is left, and rejects if the task fails.
 */
export function rerunnable(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isRequested = false;

  async function runWhileRequested(): Promise<void> {
    try {
      while (isRequested) {
        isRequested = false;
        await task();
      }
    } finally {
      // In the same tick as the last check of `isRequested`, so that no request is lost in between.
      running = undefined;
    }
  }

  return () => {
    isRequested = true;
    running ??= runWhileRequested();
    return running;
  };
}
