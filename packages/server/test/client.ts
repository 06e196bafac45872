import {
  epochMessage,
  eventMessage,
  runMessage,
  stepsMessage,
  type ClientEvents,
  type EpochRecord,
  type EventRecord,
  type Position,
  type Run,
  type ServerEvents,
} from '@fdr/records';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { expect, onTestFinished } from 'vitest';

/** A socket.io client of the server. */
export type Client = Socket<ServerEvents, ClientEvents>;

/** Connects a client. It is disconnected when the test ends. */
export function connectClient(port: number, options: Partial<ManagerOptions & SocketOptions> = {}): Client {
  const socket: Client = io(`http://127.0.0.1:${port}`, {
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  onTestFinished(() => {
    socket.disconnect();
  });
  return socket;
}

/** The position of a client that holds nothing of a run. */
export const START: Position = { epochs: 0, steps: 0, events: 0 };

/** Resolves at the next event of the connection itself. */
export function nextEvent(socket: Client, event: 'connect' | 'disconnect' | 'connect_error'): Promise<void> {
  return new Promise((resolve) => socket.once(event, () => resolve()));
}

/** The whole numbers from `first` to `last`. */
export const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Gathers what a client receives of a run. It accepts nothing but the very next record of each kind. */
export function collectRun(socket: Client, from: Position = START) {
  const runs: Run[] = [];
  const diskErrors: (string | null)[] = [];
  const epochs: EpochRecord[] = [];
  const events: EventRecord[] = [];
  const rows: number[] = [];
  const epochMessageSizes: number[] = [];
  let messages = 0;
  let inFlight = 0;
  const on = (event: keyof ServerEvents, take: (message: unknown) => void): void => {
    socket.on(event, (message, acknowledge) => {
      messages++;
      inFlight++;
      // The server never has two messages in flight.
      expect(inFlight).toBe(1);
      take(message);
      setImmediate(() => {
        inFlight--;
        acknowledge();
      });
    });
  };
  on('run', (message) => {
    const { run, diskError } = runMessage.parse(message);
    runs.push(run);
    diskErrors.push(diskError);
  });
  on('epoch', (message) => {
    const { from: first, records } = epochMessage.parse(message);
    expect(first).toBe(from.epochs + epochs.length);
    epochMessageSizes.push(records.length);
    epochs.push(...records);
  });
  on('event', (message) => {
    const { from: first, records } = eventMessage.parse(message);
    expect(first).toBe(from.events + events.length);
    events.push(...records);
  });
  on('steps', (message) => {
    const { from: first, rows: bytes } = stepsMessage.parse(message);
    expect(first).toBe(from.steps + rows.length / 3);
    expect(bytes.byteLength).toBeLessThanOrEqual(256 * 1024);
    rows.push(...new Float32Array(new Uint8Array(bytes).buffer));
  });
  return {
    runs,
    diskErrors,
    epochs,
    events,
    rows,
    epochMessageSizes,
    messages: () => messages,
    position: (): Position => ({
      epochs: from.epochs + epochs.length,
      steps: from.steps + rows.length / 3,
      events: from.events + events.length,
    }),
    subscribe: (runId: string) => socket.emitWithAck('subscribe', { runId, from }),
  };
}
