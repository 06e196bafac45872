import { locateRun, openRun, type RunReader } from '@fdr/run-store';

/** The runs of one directory. It keeps their readers, so that each poll reads only what is new. */
export interface RunCache {
  /**
   * One run, read up to now. Concurrent callers share one read.
   *
   * @throws {RunFolderError} if there is no such run, or it is damaged
   */
  open(id: string): Promise<RunReader>;
}

/** @param runsDirectory the folder of the run folders; it need not exist yet */
export function createRunCache(runsDirectory: string): RunCache {
  const readers = new Map<string, RunReader>();
  const opening = new Map<string, Promise<RunReader>>();

  async function openOrRefresh(id: string): Promise<RunReader> {
    // The path is checked every time, because a folder may have been replaced with a link since the last time.
    await locateRun(runsDirectory, id);
    const cached = readers.get(id);
    if (cached === undefined) {
      const reader = await openRun(runsDirectory, id);
      readers.set(id, reader);
      return reader;
    }
    await cached.refresh();
    return cached;
  }

  return {
    open: (id) => {
      const shared = opening.get(id) ?? openOrRefresh(id).finally(() => opening.delete(id));
      opening.set(id, shared);
      return shared;
    },
  };
}
