import { connect } from 'node:net';
import { eventually } from '@fdr/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectRun, connectClient, nextEvent, START } from './client.js';
import { appendEpochs, recordRun, startTestServer, upgradeRequest } from './test-server.js';

describe('closing the server', () => {
  it('sends its clients the last records first', async () => {
    // No poll falls between the last record and the close, so only the drain can find what is new.
    const { port, runsDirectory, close } = await startTestServer({ pollInterval: 600_000 });
    const writer = await recordRun(runsDirectory, 'closing', 2);
    const received = collectRun(connectClient(port));
    await received.subscribe('closing');
    await eventually(() => expect(received.position()).toEqual({ epochs: 2, steps: 8, events: 2 }));
    appendEpochs(writer, 3, 400);
    writer.setStatus('finished');
    await writer.close();
    await close();
    expect(received.position()).toEqual({ epochs: 400, steps: 1600, events: 400 });
    expect(received.runs.map(({ status }) => status)).toEqual(['running', 'finished']);
  });

  it('disconnects everyone and stops listening', async () => {
    const server = await startTestServer();
    const socket = connectClient(server.port);
    await nextEvent(socket, 'connect');
    const disconnected = nextEvent(socket, 'disconnect');
    await server.close();
    await disconnected;
    await expect(server.get('/healthz')).rejects.toThrow();
  });

  it('waits two seconds at most for a client that acknowledges nothing', async () => {
    const { port, runsDirectory, close } = await startTestServer({ ackTimeout: 600_000 });
    await recordRun(runsDirectory, 'stalled', 10);
    const socket = connectClient(port);
    const messaged = new Promise((resolve) => socket.once('run', resolve));
    await socket.emitWithAck('subscribe', { runId: 'stalled', from: START });
    await messaged;
    // Without the limit, this would take ten minutes, and the test would time out.
    await close();
  });

  it('does not wait for a websocket whose other end has stopped responding', async () => {
    const { port, close } = await startTestServer();
    const socket = connect(port, '127.0.0.1', () => socket.write(upgradeRequest(`Host: 127.0.0.1:${port}\r\n`)));
    onTestFinished(() => {
      socket.destroy();
    });
    await new Promise((resolve) => socket.once('data', resolve));
    const start = performance.now();
    await close();
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
