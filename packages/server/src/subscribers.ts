import type { Acknowledgement, Position } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import type { ClientSocket } from './emit-to-all.js';
import { isBeyondEnd } from './next-message.js';
import { createRunBroadcast, type BroadcastOptions, type RunBroadcast } from './run-broadcast.js';
import type { RunWatcher } from './run-watcher.js';

/** Who follows which run. */
export interface Subscribers {
  /** Lets a client follow a run from a position on. A new subscription replaces the client's old one. */
  subscribe(socket: ClientSocket, reader: RunReader, from: Position): Acknowledgement;
  /** Ends a client's subscription, if there is one. */
  unsubscribe(socket: ClientSocket): void;
}

/** What subscriptions need. */
export interface SubscriberOptions extends BroadcastOptions {
  readonly watcher: RunWatcher;
}

interface FollowedRun {
  readonly broadcast: RunBroadcast;
  readonly unfollow: () => void;
}

/** The subscriptions of all clients. A run is watched while anybody follows it. */
export function createSubscribers({ watcher, ...options }: SubscriberOptions): Subscribers {
  const runs = new Map<RunReader, FollowedRun>();
  const followedBy = new Map<string, RunReader>();

  function follow(reader: RunReader): FollowedRun {
    const broadcast = createRunBroadcast(reader, options);
    const run = { broadcast, unfollow: watcher.follow(reader, broadcast.update) };
    runs.set(reader, run);
    return run;
  }

  function unsubscribe(socket: ClientSocket): void {
    const reader = followedBy.get(socket.id);
    const run = reader && runs.get(reader);
    followedBy.delete(socket.id);
    if (reader === undefined || run?.broadcast.remove(socket) !== true) return;
    run.unfollow();
    runs.delete(reader);
  }

  return {
    subscribe: (socket, reader, from) => {
      const end = reader.position();
      if (isBeyondEnd(from, end)) {
        return {
          ok: false,
          error: `run ${reader.id} has ${end.epochs} epochs, ${end.steps} steps, ${end.events} events: fewer than asked from`,
        };
      }
      // The client may have disconnected while the run was opened.
      if (!socket.connected) return { ok: false, error: 'the client is gone' };
      unsubscribe(socket);
      followedBy.set(socket.id, reader);
      const { broadcast } = runs.get(reader) ?? follow(reader);
      broadcast.add(socket, from);
      return { ok: true };
    },
    unsubscribe,
  };
}
