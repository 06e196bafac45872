import type { Acknowledgement, ClientEvents, Position, ServerEvents } from '@fdr/records';
import type { Socket } from 'socket.io';
import type { RunReader } from '@fdr/run-store';
import { isBeyond, nextDelivery, type Delivery, type Standing } from './next-message.js';
import type { RunWatch } from './run-watch.js';

/**
 * One client and the run it follows. At most one message is on its way: the next is read from the run's folder when the
 * client has taken the last. So nothing is queued for a slow client; it gets larger pieces, later.
 */
export interface Viewer {
  /** Follows a run from a position on, instead of the one before. */
  subscribe(reader: RunReader, from: Position): Acknowledgement;
  unsubscribe(): void;
}

interface Subscription {
  readonly reader: RunReader;
  readonly unfollow: () => void;
  standing: Standing;
}

/** @param patience milliseconds in which the client must take a message, or be disconnected */
export function createViewer(
  socket: Socket<ClientEvents, ServerEvents>,
  watch: RunWatch,
  patience: number,
  report: (error: unknown) => void,
): Viewer {
  let current: Subscription | undefined;
  let pumping: Promise<void> | undefined;
  let pending = false;

  /** Resolves when the client has all there is, or is gone. */
  function pump(): Promise<void> {
    pending = true;
    pumping ??= drainWhilePending();
    return pumping;
  }

  async function drainWhilePending(): Promise<void> {
    try {
      while (pending) {
        pending = false;
        await drain();
      }
    } catch (error) {
      report(error);
      socket.disconnect(true);
    } finally {
      pumping = undefined;
    }
  }

  /** Sends what the client lacks, message by message. */
  async function drain(): Promise<void> {
    for (;;) {
      const subscription = current;
      if (subscription === undefined) return;
      const { reader, standing } = subscription;
      if (isBeyond(standing, reader.position())) {
        // The files were cut short under the client's feet: coming back, it is told so.
        socket.disconnect(true);
        return;
      }
      const delivery = await nextDelivery(reader, standing);
      if (current !== subscription) continue;
      if (delivery === undefined || !(await taken(delivery))) return;
      subscription.standing = delivery.then;
    }
  }

  /** Resolves when the client says so, to false when it is gone or out of patience. */
  function taken({ event, message }: Delivery): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (received: boolean): void => {
        clearTimeout(timer);
        socket.off('disconnect', gone);
        resolve(received);
      };
      const gone = (): void => settle(false);
      // Nothing of what it has not taken is worth waiting for.
      const timer = setTimeout(() => socket.conn.close(true), patience);
      socket.on('disconnect', gone);
      if (socket.connected) socket.emit(event, message, () => settle(true));
      else settle(false);
    });
  }

  function unsubscribe(): void {
    current?.unfollow();
    current = undefined;
  }

  return {
    subscribe: (reader, from) => {
      const there = reader.position();
      if (isBeyond(from, there)) {
        return {
          ok: false,
          error: `run ${reader.id} has ${there.epochs} epochs, ${there.steps} steps, ${there.events} events: fewer than asked from`,
        };
      }
      // It may have gone while its run was looked up.
      if (!socket.connected) return { ok: false, error: 'the client is gone' };
      unsubscribe();
      const unfollow = watch.follow(reader, pump);
      current = { reader, unfollow, standing: { ...from, revision: 0 } };
      // After the answer.
      setImmediate(() => void pump());
      return { ok: true };
    },
    unsubscribe,
  };
}
