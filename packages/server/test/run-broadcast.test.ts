import { createServer } from 'node:http';
import { openRun, type RunReader } from '@fdr/run-store';
import { eventually } from '@fdr/testing';
import { Server } from 'socket.io';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../run-store/test/sample.js';
import type { ClientSocket } from '../src/emit-to-all.js';
import type { LiveServer } from '../src/live.js';
import { listen } from '../src/port.js';
import { createRunBroadcast } from '../src/run-broadcast.js';
import { collectRun, connectClient, START } from './client.js';
import { appendEpochs, recordRun } from './test-server.js';

/** A socket.io server, and so many clients of it, each with its socket on the server's side. */
async function connectClients(count: number) {
  const http = createServer();
  const io: LiveServer = new Server(http);
  onTestFinished(() => io.close());
  const port = await listen(http, '127.0.0.1', 0);
  const sockets: ClientSocket[] = [];
  io.on('connection', (socket) => sockets.push(socket));
  const clients = Array.from({ length: count }, () => connectClient(port));
  await eventually(() => expect(sockets).toHaveLength(count));
  return { io, sockets, clients };
}

const unexpected = (error: unknown): never => expect.unreachable(String(error));

/** A reader that counts how often rows of steps are read. */
function countReads(reader: RunReader): { readonly reader: RunReader; readonly reads: () => number } {
  const stepRows = vi.fn(reader.stepRows);
  return { reader: Object.create(reader, { stepRows: { value: stepRows } }), reads: () => stepRows.mock.calls.length };
}

describe('a broadcast', () => {
  it('reads and encodes a message once for all clients that have read equally far', async () => {
    const runsDirectory = await temporaryFolder();
    const writer = await recordRun(runsDirectory, 'shared', 5);
    const { reader, reads } = countReads(await openRun(runsDirectory, 'shared'));
    const { io, sockets, clients } = await connectClients(30);
    const received = clients.map((client) => collectRun(client));
    const broadcast = createRunBroadcast(reader, { ackTimeout: 60_000, diskErrorOf: () => null, onError: unexpected });
    for (const socket of sockets) broadcast.add(socket, START);
    await broadcast.update();
    for (const each of received) expect(each.position()).toEqual({ epochs: 5, steps: 20, events: 5 });

    const before = reads();
    const encode = vi.spyOn(
      io.sockets.adapter['encoder'] as { encode(packet: { data: unknown[] }): unknown },
      'encode',
    );
    appendEpochs(writer, 6, 7);
    await writer.settled();
    await reader.refresh();
    await broadcast.update();
    for (const each of received) expect(each.position()).toEqual({ epochs: 7, steps: 28, events: 7 });
    // Thirty clients: one read, one encoding.
    expect(reads() - before).toBe(1);
    expect(encode.mock.calls.filter(([{ data }]) => data[0] === 'steps')).toHaveLength(1);
  });

  it('sends a client that acknowledges late everything that it missed in one piece', async () => {
    const runsDirectory = await temporaryFolder();
    const writer = await recordRun(runsDirectory, 'late', 1);
    const reader = await openRun(runsDirectory, 'late');
    const { sockets, clients } = await connectClients(2);
    const broadcast = createRunBroadcast(reader, { ackTimeout: 60_000, diskErrorOf: () => null, onError: unexpected });
    const [slow, fast] = clients;
    let acknowledge = (): void => undefined;
    const sizes: number[] = [];
    slow!.on('run', (_message, received) => (acknowledge = received));
    slow!.on('steps', (message, received) => {
      sizes.push((message as { rows: Uint8Array }).rows.byteLength);
      received();
    });
    const quick = collectRun(fast!);
    for (const socket of sockets) broadcast.add(socket, START);
    for (const epoch of [2, 3, 4]) {
      appendEpochs(writer, epoch, epoch);
      await writer.settled();
      await reader.refresh();
      void broadcast.update();
      await eventually(() => expect(quick.position().events).toBe(epoch));
    }
    expect(sizes).toEqual([]);
    acknowledge();
    // 4 epochs of 4 steps, each a row of 3 numbers of 4 bytes.
    await eventually(() => expect(sizes).toEqual([4 * 4 * 3 * 4]));
  });

  it('sends a message once, even if the run grows while it is read', async () => {
    const runsDirectory = await temporaryFolder();
    const writer = await recordRun(runsDirectory, 'grows', 1);
    const original = await openRun(runsDirectory, 'grows');
    let grow: (() => Promise<void>) | undefined = async () => {
      appendEpochs(writer, 2, 2);
      await writer.settled();
      await original.refresh();
      void broadcast.update();
    };
    const stepRows: RunReader['stepRows'] = async (from, to) => {
      const growing = grow?.();
      grow = undefined;
      await growing;
      return original.stepRows(from, to);
    };
    const reader: RunReader = Object.create(original, { stepRows: { value: stepRows } });
    const { sockets, clients } = await connectClients(1);
    const received = collectRun(clients[0]!);
    const broadcast = createRunBroadcast(reader, { ackTimeout: 60_000, diskErrorOf: () => null, onError: unexpected });
    broadcast.add(sockets[0]!, START);
    await eventually(() => expect(received.position()).toEqual({ epochs: 2, steps: 8, events: 2 }));
  });

  it('ends for a client that leaves, and tells when the last one has', async () => {
    const runsDirectory = await temporaryFolder();
    await recordRun(runsDirectory, 'left', 1);
    const { sockets, clients } = await connectClients(2);
    const broadcast = createRunBroadcast(await openRun(runsDirectory, 'left'), {
      diskErrorOf: () => null,
      ackTimeout: 60_000,
      onError: unexpected,
    });
    // Neither acknowledges anything.
    for (const socket of sockets) broadcast.add(socket, START);
    const settled = broadcast.update();
    for (const client of clients) client.disconnect();
    expect(sockets.map((socket) => broadcast.remove(socket))).toEqual([false, true]);
    await settled;
  });
});
