import { listRuns, type StoredRuns } from '@fdr/run-store';
import { locateRun } from '@fdr/run-store';
import { openRun, type RunReader } from '@fdr/run-store';

/** The runs of one directory; readers are kept, so that each look reads only what is new. */
export interface Library {
  /** All runs as they stand now; callers at the same time share one look. */
  list(): Promise<StoredRuns>;
  /**
   * One run as it stands now.
   *
   * @throws {RunFolderError}
   */
  open(id: string): Promise<RunReader>;
}

export function createLibrary(runsDirectory: string): Library {
  const readers = new Map<string, RunReader>();
  const opening = new Map<string, Promise<RunReader>>();
  let listing: Promise<StoredRuns> | undefined;

  async function look(id: string): Promise<RunReader> {
    // Each time anew: what was a folder may have become a link.
    await locateRun(runsDirectory, id);
    const known = readers.get(id);
    if (known === undefined) {
      const reader = await openRun(runsDirectory, id);
      readers.set(id, reader);
      return reader;
    }
    await known.refresh();
    return known;
  }

  return {
    list: () => (listing ??= listRuns(runsDirectory, readers).finally(() => (listing = undefined))),
    open: (id) => {
      const shared = opening.get(id) ?? look(id).finally(() => opening.delete(id));
      opening.set(id, shared);
      return shared;
    },
  };
}
