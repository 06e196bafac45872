import { connect } from 'node:net';
import type { ClientEvents, Position, ServerEvents } from '@fdr/records';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { createRun, type RunWriter } from '@fdr/run-store';
import { startServer, type RunningServer, type ServerOptions } from '../src/server.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, scratch } from '../../run-store/test/sample.js';

export interface Running extends RunningServer {
  readonly runs: string;
  /** Errors that the server told nobody but us. */
  readonly reported: unknown[];
}

/** A server over a directory of its own, on any free port; closed when the test ends. */
export async function running(options: Partial<ServerOptions> = {}): Promise<Running> {
  const runs = options.runsDirectory ?? (await scratch());
  const reported: unknown[] = [];
  const server = await startServer({
    port: 0,
    interval: 5,
    report: (error) => reported.push(error),
    ...options,
    runsDirectory: runs,
  });
  onTestFinished(() => server.close());
  return { ...server, runs, reported };
}

/** A run whose folder has the given number of epochs, each of four steps, and one event an epoch. */
export async function recorded(runs: string, id: string, epochs: number): Promise<RunWriter> {
  const writer = await createRun(runs, sampleRun(id));
  onTestFinished(async () => void (await writer.close()));
  record(writer, 1, epochs);
  await writer.settled();
  return writer;
}

export function record(writer: RunWriter, first: number, last: number): void {
  for (let epoch = first; epoch <= last; epoch++) {
    writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
  }
}

/** Sends bytes as they stand, and gives back what comes until the server closes. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

export type Client = Socket<ServerEvents, ClientEvents>;

export function client(port: number, options: Partial<ManagerOptions & SocketOptions> = {}): Client {
  const socket: Client = io(`http://127.0.0.1:${port}`, {
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

export const START: Position = { epochs: 0, steps: 0, events: 0 };

/** Resolves at an event of the connection itself. */
export function heard(socket: Client, event: 'connect' | 'disconnect' | 'connect_error'): Promise<void> {
  return new Promise((resolve) => socket.once(event, () => resolve()));
}
