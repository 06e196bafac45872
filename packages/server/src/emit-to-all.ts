import type { ClientEvents, ServerEvents } from '@fdr/records';
import type { Socket } from 'socket.io';

/** The server's side of a client's connection. */
export type ClientSocket = Socket<ClientEvents, ServerEvents>;

/** The number of event packets in socket.io's protocol. */
const EVENT_PACKET = 2;

/**
 * Emits an event to many clients and encodes it once. `socket.emit` encodes it for each client, and `io.to(rooms).emit` tells only when all
 * of them have acknowledged it, so this uses the adapter that is behind both.
 *
 * @param onAcknowledged called for each client that acknowledges the event
 */
export function emitToAll(
  sockets: readonly ClientSocket[],
  event: keyof ServerEvents,
  payload: unknown,
  onAcknowledged: (socket: ClientSocket) => void,
): void {
  sockets[0]?.nsp.adapter.broadcastWithAck(
    { type: EVENT_PACKET, data: [event, payload] },
    // Every client is in a room of its own, named by its id.
    { rooms: new Set(sockets.map(({ id }) => id)), except: new Set() },
    () => undefined,
    // socket.io calls an acknowledgement on the client's socket.
    function (this: ClientSocket) {
      onAcknowledged(this);
    },
  );
}
