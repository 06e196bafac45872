import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { collectRun, connectClient, nextEvent, numbers, START } from './client.js';
import { appendEpochs, recordRun, startTestServer } from './test-server.js';

describe('a client that acknowledges nothing', () => {
  it('is sent one message and no more, and is disconnected after ackTimeout', async () => {
    const { port, runsDirectory } = await startTestServer({ ackTimeout: 3000 });
    const writer = await recordRun(runsDirectory, 'stalled', 10);
    const socket = connectClient(port);
    let messages = 0;
    for (const event of ['run', 'steps', 'epoch', 'event'] as const) socket.on(event, () => messages++);
    await socket.emitWithAck('subscribe', { runId: 'stalled', from: START });
    const other = collectRun(connectClient(port));
    await other.subscribe('stalled');
    const disconnected = nextEvent(socket, 'disconnect');
    appendEpochs(writer, 11, 200);
    // Another client gets everything in the meantime.
    await eventually(() => expect(other.position()).toEqual({ epochs: 200, steps: 800, events: 200 }));
    await disconnected;
    expect(messages).toBe(1);
  });

  it('does not make the memory of the server grow', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'memory', 0);
    // 24 MB of steps, of which the server may hold a quarter of a megabyte for a stalled client.
    for (let i = 0; i < 40; i++) writer.appendSteps(new Float32Array(150_000));
    await writer.settled();
    const stalled = numbers(1, 40).map(() => connectClient(port));
    await Promise.all(
      stalled.map((socket) => socket.emitWithAck('subscribe', { runId: 'memory', from: { ...START } })),
    );
    const first = collectRun(connectClient(port));
    await first.subscribe('memory');
    await eventually(() => expect(first.position().steps).toBe(2_000_000));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 40; i++) {
      writer.appendSteps(new Float32Array(150_000));
      await writer.settled();
    }
    await eventually(() => expect(first.position().steps).toBe(4_000_000));
    // 40 clients, without 24 MB for each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 2 ** 20);
  });
});
