import { clearTimeout, setTimeout } from 'node:timers';
import { emitToAll, type ClientSocket } from './emit-to-all.js';
import type { OutgoingMessage } from './next-message.js';

/** The messages in flight: at most one to a client. */
export interface Deliveries {
  isUnderWay(socketId: string): boolean;
  /** Clients that have not acknowledged their message yet. */
  count(): number;
  /**
   * Sends a message to clients without a message in flight. A client that does not acknowledge it in time is disconnected.
   *
   * @param onAcknowledged called for each client that acknowledges it
   */
  send(sockets: readonly ClientSocket[], message: OutgoingMessage, onAcknowledged: (socketId: string) => void): void;
  /** Waits no more for a client, which has left or follows another run. */
  cancel(socketId: string): void;
}

/** A message on its way, and the clients that have not acknowledged it yet, by id. */
interface Delivery {
  readonly unanswered: Map<string, ClientSocket>;
  readonly timer: NodeJS.Timeout;
}

/** @param ackTimeout milliseconds in which a client must acknowledge a message */
export function createDeliveries(ackTimeout: number): Deliveries {
  const underWay = new Map<string, Delivery>();

  function cancel(socketId: string): void {
    const delivery = underWay.get(socketId);
    if (delivery === undefined) return;
    underWay.delete(socketId);
    delivery.unanswered.delete(socketId);
    if (delivery.unanswered.size === 0) clearTimeout(delivery.timer);
  }

  return {
    isUnderWay: (socketId) => underWay.has(socketId),
    count: () => underWay.size,
    send: (sockets, { event, payload }, onAcknowledged) => {
      const unanswered = new Map(sockets.map((socket) => [socket.id, socket]));
      // One timer for all clients. `true` discards what is still buffered for a client.
      const timer = setTimeout(() => {
        for (const socket of unanswered.values()) socket.conn.close(true);
      }, ackTimeout);
      const delivery: Delivery = { unanswered, timer };
      for (const id of unanswered.keys()) underWay.set(id, delivery);
      emitToAll(sockets, event, payload, ({ id }) => {
        // A late acknowledgement of a message that was given up says nothing.
        if (underWay.get(id) !== delivery) return;
        cancel(id);
        onAcknowledged(id);
      });
    },
    cancel,
  };
}
