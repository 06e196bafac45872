import { clearTimeout, setTimeout } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import { emitToAll, type ClientSocket } from './emit-to-all.js';
import { isBeyondEnd, nextMessage, type Cursor, type OutgoingMessage } from './next-message.js';
import { rerunnable } from './rerunnable.js';

/**
 * Sends one run to all clients that follow it. Clients that have read equally far share a message: it is read from the run's folder and
 * encoded once. At most one message is in flight to a client, and the next one is read once the client has acknowledged the last. So nothing
 * is queued for a slow client; it gets larger pieces, later.
 */
export interface RunBroadcast {
  /** Sends the run to a client from a position on, not before the next turn of the event loop. */
  add(socket: ClientSocket, from: Position): void;
  /** @returns whether no client is left */
  remove(socket: ClientSocket): boolean;
  /** Sends what is new. Resolves when every client has it or is gone. */
  update(): Promise<void>;
}

/** How messages are sent, and who hears of failures. */
export interface BroadcastOptions {
  /** Milliseconds in which a client must acknowledge a message. It is disconnected if it does not. */
  readonly ackTimeout: number;
  /** Called with errors that the clients are not told. */
  readonly onError: (error: unknown) => void;
}

/** A client, how far it has read the run, and the message in flight to it, if there is one. */
interface Follower {
  readonly socket: ClientSocket;
  cursor: Cursor;
  delivery: Delivery | undefined;
}

/** A message on its way, and the clients that have not acknowledged it yet. */
interface Delivery {
  readonly unanswered: Set<Follower>;
  readonly timer: NodeJS.Timeout;
}

/** @param reader the run; it is read again by somebody else, who calls `update` then */
export function createRunBroadcast(reader: RunReader, { ackTimeout, onError }: BroadcastOptions): RunBroadcast {
  const followers = new Map<string, Follower>();
  /** Clients without a message in flight that may lack something. */
  const ready = new Set<Follower>();
  let isFlushing = false;
  const whenSettled: (() => void)[] = [];

  const isSettled = (): boolean =>
    !isFlushing && ready.size === 0 && [...followers.values()].every(({ delivery }) => delivery === undefined);

  function settle(): void {
    if (whenSettled.length === 0 || !isSettled()) return;
    for (const resolve of whenSettled.splice(0)) resolve();
  }

  function answered(follower: Follower): void {
    const { delivery } = follower;
    if (delivery === undefined) return;
    follower.delivery = undefined;
    delivery.unanswered.delete(follower);
    if (delivery.unanswered.size === 0) clearTimeout(delivery.timer);
  }

  function send(group: readonly Follower[], message: OutgoingMessage): void {
    const unanswered = new Set(group);
    const timer = setTimeout(() => {
      // `true` discards what is still buffered for the client.
      for (const { socket } of unanswered) socket.conn.close(true);
    }, ackTimeout);
    for (const follower of group) follower.delivery = { unanswered, timer };
    const sockets = group.map(({ socket }) => socket);
    emitToAll(sockets, message.event, message.payload, ({ id }) => {
      const follower = followers.get(id);
      // The client may have changed its subscription in the meantime.
      if (follower === undefined || !unanswered.has(follower)) return;
      answered(follower);
      follower.cursor = message.cursorAfter;
      ready.add(follower);
      void flush();
    });
  }

  async function sendNext(cursor: Cursor, group: readonly Follower[]): Promise<void> {
    const disconnect = (): void => group.forEach(({ socket }) => socket.disconnect(true));
    if (isBeyondEnd(cursor, reader.position())) {
      // The run was cut short. The clients learn so when they subscribe again.
      disconnect();
      return;
    }
    try {
      const message = await nextMessage(reader, cursor);
      // Some may have left in the meantime.
      const present = group.filter((follower) => followers.get(follower.socket.id) === follower);
      if (message !== undefined && present.length > 0) send(present, message);
    } catch (error) {
      onError(error);
      disconnect();
    }
  }

  const flush = rerunnable(async () => {
    // All acknowledgements that arrive in one turn of the event loop are answered together.
    await nextTurn();
    // A client that was made ready while its message was read has got that message in the meantime.
    const groups = groupByCursor([...ready].filter(({ delivery }) => delivery === undefined));
    ready.clear();
    isFlushing = true;
    for (const { cursor, group } of groups) await sendNext(cursor, group);
    isFlushing = false;
    settle();
  });

  return {
    add: (socket, from) => {
      const follower: Follower = { socket, cursor: { ...from, revision: 0 }, delivery: undefined };
      followers.set(socket.id, follower);
      ready.add(follower);
      void flush();
    },
    remove: (socket) => {
      const follower = followers.get(socket.id);
      followers.delete(socket.id);
      if (follower !== undefined) {
        ready.delete(follower);
        answered(follower);
      }
      settle();
      return followers.size === 0;
    },
    update: async () => {
      for (const follower of followers.values()) if (follower.delivery === undefined) ready.add(follower);
      await flush();
      if (!isSettled()) await new Promise<void>((resolve) => whenSettled.push(resolve));
    },
  };
}

/** Clients that have read equally far. */
interface CursorGroup {
  readonly cursor: Cursor;
  readonly group: Follower[];
}

function groupByCursor(followers: Iterable<Follower>): Iterable<CursorGroup> {
  const groups = new Map<string, CursorGroup>();
  for (const follower of followers) {
    const { cursor } = follower;
    const { revision, epochs, steps, events } = cursor;
    const key = [revision, epochs, steps, events].join();
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { cursor, group: [follower] });
    else known.group.push(follower);
  }
  return groups.values();
}
