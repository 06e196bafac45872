import { clearTimeout, setTimeout } from 'node:timers';
import { RunFolderError, type RunReader } from '@fdr/run-store';
import type { DiskErrorOf } from './next-message.js';
import { createPace } from './pace.js';
import type { RunCache } from './run-cache.js';

/** Polls the runs that a client follows, and no others. */
export interface RunWatcher {
  /**
   * Calls `onChange` whenever the run has something new.
   *
   * @param onChange resolves when the follower has handled the change
   * @returns a function that ends this
   */
  follow(reader: RunReader, onChange: () => Promise<void>): () => void;
  /** Polls every followed run once more. Resolves when all followers have handled what is new. */
  drain(): Promise<void>;
  /** Stops polling. */
  close(): void;
}

interface WatchedRun {
  readonly followers: Set<() => Promise<void>>;
  /** Milliseconds to the next poll. */
  readonly pause: () => number;
  timer: NodeJS.Timeout | undefined;
  /** Whether the last poll failed: an error that repeats at every poll is reported once. */
  isFailing: boolean;
}

/** What a watcher asks, and whom it tells. */
export interface RunWatcherOptions {
  readonly diskErrorOf: DiskErrorOf;
  /** Called with errors that are not about the run folder. */
  readonly onError: (error: unknown) => void;
}

/** @param pollInterval milliseconds between two polls of a run; more while the thread is busy */
export function createRunWatcher(
  cache: RunCache,
  pollInterval: number,
  { diskErrorOf, onError }: RunWatcherOptions,
): RunWatcher {
  const watched = new Map<string, WatchedRun>();

  /** Two readings of a run have equal versions if and only if nothing is new. */
  function versionOf(reader: RunReader): string {
    const { epochs, steps, events } = reader.position();
    return [reader.revision, epochs, steps, events, diskErrorOf(reader.id)].join();
  }

  function schedulePoll(id: string, run: WatchedRun, lastVersion: string): void {
    run.timer = setTimeout(() => {
      void poll(id, run, lastVersion).then((version) => {
        if (watched.get(id) === run) schedulePoll(id, run, version);
      });
    }, run.pause());
  }

  async function poll(id: string, run: WatchedRun, lastVersion: string): Promise<string> {
    try {
      // Versions are compared because another request may have refreshed the reader since the last poll.
      const version = versionOf(await cache.open(id));
      run.isFailing = false;
      if (version !== lastVersion) for (const onChange of run.followers) void onChange();
      return version;
    } catch (error) {
      // A run that was removed is no error of the server: its followers receive nothing more.
      if (!run.isFailing && !(error instanceof RunFolderError)) onError(error);
      run.isFailing = true;
      return lastVersion;
    }
  }

  function watch(reader: RunReader): WatchedRun {
    const run: WatchedRun = {
      followers: new Set(),
      pause: createPace(pollInterval),
      timer: undefined,
      isFailing: false,
    };
    watched.set(reader.id, run);
    schedulePoll(reader.id, run, versionOf(reader));
    return run;
  }

  return {
    follow: (reader, onChange) => {
      const run = watched.get(reader.id) ?? watch(reader);
      run.followers.add(onChange);
      return () => {
        run.followers.delete(onChange);
        if (run.followers.size > 0 || watched.get(reader.id) !== run) return;
        clearTimeout(run.timer);
        watched.delete(reader.id);
      };
    },
    drain: async () => {
      const polls = [...watched].map(async ([id, { followers }]) => {
        // The first call may share a read that began before the last record was written. The second one cannot.
        await cache.open(id);
        await cache.open(id);
        await Promise.all([...followers].map((onChange) => onChange()));
      });
      await Promise.allSettled(polls);
    },
    close: () => {
      for (const { timer } of watched.values()) clearTimeout(timer);
      watched.clear();
    },
  };
}
