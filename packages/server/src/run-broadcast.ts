import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import { createDeliveries } from './deliveries.js';
import type { ClientSocket } from './emit-to-all.js';
import { isBeyondEnd, nextMessage, type Cursor, type DiskErrorOf } from './next-message.js';
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
  readonly diskErrorOf: DiskErrorOf;
  /** Called with errors that the clients are not told. */
  readonly onError: (error: unknown) => void;
}

/** A client, and how far it has read the run. */
interface Follower {
  readonly socket: ClientSocket;
  cursor: Cursor;
}

/** @param reader the run; it is read again by somebody else, who calls `update` then */
export function createRunBroadcast(
  reader: RunReader,
  { ackTimeout, diskErrorOf, onError }: BroadcastOptions,
): RunBroadcast {
  const followers = new Map<string, Follower>();
  const deliveries = createDeliveries(ackTimeout);
  /** Clients that may lack something. */
  const ready = new Set<Follower>();
  const whenSettled: (() => void)[] = [];
  let isFlushing = false;

  const isIdle = ({ socket }: Follower): boolean => !deliveries.isUnderWay(socket.id);
  const isSettled = (): boolean => !isFlushing && ready.size === 0 && deliveries.count() === 0;

  function settle(): void {
    if (isSettled()) for (const resolve of whenSettled.splice(0)) resolve();
  }

  async function sendNext(cursor: Cursor, group: readonly Follower[]): Promise<void> {
    const message = await nextMessage(reader, cursor, diskErrorOf(reader.id));
    // Some may have left in the meantime.
    const present = group.filter((follower) => followers.get(follower.socket.id) === follower);
    if (message === undefined || present.length === 0) return;
    const sockets = present.map(({ socket }) => socket);
    deliveries.send(sockets, message, (id) => {
      const follower = followers.get(id);
      if (follower === undefined) return;
      follower.cursor = message.cursorAfter;
      ready.add(follower);
      void flush();
    });
  }

  async function advance({ cursor, group }: CursorGroup): Promise<void> {
    const disconnect = (): void => group.forEach(({ socket }) => socket.disconnect(true));
    try {
      // If the run was cut short, the clients learn so when they subscribe again.
      if (isBeyondEnd(cursor, reader.position())) disconnect();
      else await sendNext(cursor, group);
    } catch (error) {
      onError(error);
      disconnect();
    }
  }

  const flush = rerunnable(async () => {
    // All acknowledgements that arrive in one turn of the event loop are answered together.
    await nextTurn();
    // A client that was made ready while its message was read has got that message in the meantime.
    const groups = groupByCursor([...ready].filter(isIdle));
    ready.clear();
    isFlushing = true;
    for (const group of groups) await advance(group);
    isFlushing = false;
    settle();
  });

  return {
    add: (socket, from) => {
      const follower: Follower = { socket, cursor: { ...from, revision: 0, diskError: null } };
      followers.set(socket.id, follower);
      ready.add(follower);
      void flush();
    },
    remove: ({ id }) => {
      const follower = followers.get(id);
      followers.delete(id);
      deliveries.cancel(id);
      if (follower !== undefined) ready.delete(follower);
      settle();
      return followers.size === 0;
    },
    update: async () => {
      for (const follower of followers.values()) if (isIdle(follower)) ready.add(follower);
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
    const { revision, epochs, steps, events, diskError } = cursor;
    const key = [revision, epochs, steps, events, diskError].join();
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { cursor, group: [follower] });
    else known.group.push(follower);
  }
  return groups.values();
}
