import { clearTimeout, setTimeout } from 'node:timers';
import type { Acknowledgement, ClientEvents, Position, ServerEvents } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import type { Socket } from 'socket.io';
import { isBeyondEnd, nextMessage, type Cursor, type OutgoingMessage } from './next-message.js';
import { rerunnable } from './rerunnable.js';
import type { RunWatcher } from './run-watcher.js';

/**
 * One client and the run that it follows. At most one message is in flight: the next one is read from the run's folder
 * once the client has acknowledged the last. So nothing is queued for a slow client; it gets larger pieces, later.
 */
export interface Subscriber {
  /** Follows a run from a position on. A new subscription replaces the old one. */
  subscribe(reader: RunReader, from: Position): Acknowledgement;
  /** Ends the subscription, if there is one. */
  unsubscribe(): void;
}

/** What a subscriber needs beside its socket. */
export interface SubscriberOptions {
  readonly watcher: RunWatcher;
  /** Milliseconds in which the client must acknowledge a message. It is disconnected if it does not. */
  readonly ackTimeout: number;
  /** Called with errors that the client is not told. */
  readonly onError: (error: unknown) => void;
}

type ClientSocket = Socket<ClientEvents, ServerEvents>;

interface FollowedRun {
  readonly reader: RunReader;
  readonly unfollow: () => void;
  cursor: Cursor;
}

/**
 * Creates the subscriber of a client, without a subscription.
 *
 * @param socket a connected client; it receives `run`, `steps`, `epoch` and `event`
 */
export function createSubscriber(
  socket: ClientSocket,
  { watcher, ackTimeout, onError }: SubscriberOptions,
): Subscriber {
  let current: FollowedRun | undefined;

  /** Sends what the client lacks, message by message, until it has everything or is gone. */
  async function sendMissing(): Promise<void> {
    while (current !== undefined) {
      const followed = current;
      const { reader, cursor } = followed;
      if (isBeyondEnd(cursor, reader.position())) {
        // The run was cut short. The client learns so when it subscribes again.
        socket.disconnect(true);
        return;
      }
      const message = await nextMessage(reader, cursor);
      // The client may have changed its subscription in the meantime.
      if (current !== followed) continue;
      if (message === undefined || !(await sendAcknowledged(socket, message, ackTimeout))) return;
      followed.cursor = message.cursorAfter;
    }
  }

  const flush = rerunnable(async () => {
    try {
      await sendMissing();
    } catch (error) {
      onError(error);
      socket.disconnect(true);
    }
  });

  function unsubscribe(): void {
    current?.unfollow();
    current = undefined;
  }

  return {
    subscribe: (reader, from) => {
      const end = reader.position();
      if (isBeyondEnd(from, end)) {
        return {
          ok: false,
          error: `run ${reader.id} has ${end.epochs} epochs, ${end.steps} steps, ${end.events} events: fewer than asked from`,
        };
      }
      // The client may have disconnected while the run was opened.
      if (!socket.connected) return { ok: false, error: 'the client is gone' };
      unsubscribe();
      current = { reader, unfollow: watcher.follow(reader, flush), cursor: { ...from, revision: 0 } };
      // The acknowledgement of the subscription is sent first.
      setImmediate(() => void flush());
      return { ok: true };
    },
    unsubscribe,
  };
}

/**
 * Sends a message and waits for its acknowledgement.
 *
 * @returns false if the client disconnects or does not acknowledge in time; then it is disconnected
 */
function sendAcknowledged(
  socket: ClientSocket,
  { event, payload }: OutgoingMessage,
  ackTimeout: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isAcknowledged: boolean): void => {
      clearTimeout(timer);
      socket.off('disconnect', onDisconnect);
      resolve(isAcknowledged);
    };
    const onDisconnect = (): void => settle(false);
    // `true` discards what is still buffered for the client.
    const timer = setTimeout(() => socket.conn.close(true), ackTimeout);
    socket.on('disconnect', onDisconnect);
    if (socket.connected) socket.emit(event, payload, () => settle(true));
    else settle(false);
  });
}
