import type { RunReader } from '@fdr/run-store';
import { RunFolderError } from '@fdr/run-store';
import type { Library } from './run-cache.js';

/** Looks again and again at the runs that somebody follows, and at no others. */
export interface RunWatch {
  /** Calls `onChange` whenever something in the run is new. @returns ends that */
  follow(reader: RunReader, onChange: () => Promise<void>): () => void;
  /** Looks once more at every run that is followed; resolves when all that follow have dealt with what is new. */
  lastLook(): Promise<void>;
  close(): void;
}

/** @param interval milliseconds between two looks at a run */
export function createRunWatch(library: Library, interval: number, report: (error: unknown) => void): RunWatch {
  interface Watched {
    readonly followers: Set<() => Promise<void>>;
    timer: NodeJS.Timeout | undefined;
    /** So that what fails four times a second is told once. */
    failing: boolean;
  }
  const watched = new Map<string, Watched>();

  function schedule(id: string, entry: Watched, seen: string): void {
    entry.timer = setTimeout(() => {
      void look(id, entry, seen).then((now) => {
        if (watched.get(id) === entry) schedule(id, entry, now);
      });
    }, interval);
  }

  async function look(id: string, entry: Watched, seen: string): Promise<string> {
    try {
      // The state is compared rather than the reader's word taken, for a request may have refreshed it in between.
      const now = stateOf(await library.open(id));
      entry.failing = false;
      if (now !== seen) for (const onChange of entry.followers) void onChange();
      return now;
    } catch (error) {
      // A run that was removed is no error of ours; whoever follows it just hears nothing more.
      if (!entry.failing && !(error instanceof RunFolderError)) report(error);
      entry.failing = true;
      return seen;
    }
  }

  return {
    follow: (reader, onChange) => {
      let entry = watched.get(reader.id);
      if (entry === undefined) {
        entry = { followers: new Set(), timer: undefined, failing: false };
        watched.set(reader.id, entry);
        schedule(reader.id, entry, stateOf(reader));
      }
      const { followers } = entry;
      followers.add(onChange);
      return () => {
        followers.delete(onChange);
        if (followers.size > 0 || watched.get(reader.id)?.followers !== followers) return;
        clearTimeout(watched.get(reader.id)?.timer);
        watched.delete(reader.id);
      };
    },
    lastLook: async () => {
      const looks = [...watched].map(async ([id, { followers }]) => {
        // A look that is under way may have begun before the last record was written: after it, another.
        await library.open(id);
        await library.open(id);
        await Promise.all([...followers].map((onChange) => onChange()));
      });
      await Promise.allSettled(looks);
    },
    close: () => {
      for (const { timer } of watched.values()) clearTimeout(timer);
      watched.clear();
    },
  };
}

function stateOf(reader: RunReader): string {
  const { epochs, steps, events } = reader.position();
  return [reader.revision, epochs, steps, events].join();
}
