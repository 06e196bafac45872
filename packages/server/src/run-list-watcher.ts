import { clearTimeout, setTimeout } from 'node:timers';
import type { RunListMessage } from '@fdr/records';
import { RunFolderError, type Catalogue } from '@fdr/run-store';
import type { ClientSocket } from './emit-to-all.js';
import { createPace } from './pace.js';

/** Tells clients when the list of runs has changed. It polls the folder of runs while somebody follows the list, and only then. */
export interface RunListWatcher {
  follow(socket: ClientSocket): void;
  unfollow(socket: ClientSocket): void;
  /** Polls now: something has been changed from here. */
  poll(): void;
  close(): void;
}

/**
 * @param pollInterval milliseconds between two polls; more while the thread is busy
 * @param onError called with errors that are not about the folder
 */
export function createRunListWatcher(
  catalogue: Catalogue,
  pollInterval: number,
  onError: (error: unknown) => void,
): RunListWatcher {
  const followers = new Set<ClientSocket>();
  const pause = createPace(pollInterval);
  let timer: NodeJS.Timeout | undefined;
  let sentVersion = -1;
  let isPolling = false;

  async function poll(): Promise<void> {
    clearTimeout(timer);
    if (isPolling) return;
    isPolling = true;
    try {
      await catalogue.poll();
    } catch (error) {
      if (!(error instanceof RunFolderError)) onError(error);
    } finally {
      isPolling = false;
    }
    const version = catalogue.version();
    const message: RunListMessage = { version };
    // A client that can't take the message now gets the next one: each of them says all.
    if (version !== sentVersion) for (const socket of followers) socket.volatile.emit('runs', message);
    sentVersion = version;
    if (followers.size > 0) timer = setTimeout(() => void poll(), pause());
  }

  return {
    follow: (socket) => {
      followers.add(socket);
      if (followers.size === 1) void poll();
    },
    unfollow: (socket) => {
      followers.delete(socket);
      if (followers.size === 0) clearTimeout(timer);
    },
    poll: () => void poll(),
    close: () => {
      followers.clear();
      clearTimeout(timer);
    },
  };
}
