import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Acknowledgement, Position } from '@fdr/records';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning } from '../../run-store/test/sample.js';
import { collectRun, connectClient, nextEvent, numbers, START } from './client.js';
import { appendEpochs, recordRun, startTestServer } from './test-server.js';

describe('a subscription', () => {
  it('sends a late client the whole history, then what is new, without gap or duplicate', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'late', 450);
    const received = collectRun(connectClient(port));
    expect(await received.subscribe('late')).toEqual({ ok: true });
    await eventually(() => expect(received.position()).toEqual({ epochs: 450, steps: 1800, events: 450 }));
    for (const epoch of numbers(451, 470)) {
      appendEpochs(writer, epoch, epoch);
      await writer.settled();
    }
    writer.setStatus('finished');
    await eventually(() => expect(received.runs).toHaveLength(2));
    await eventually(() => expect(received.position()).toEqual({ epochs: 470, steps: 1880, events: 470 }));
    expect(received.epochs).toEqual(numbers(1, 470).map((epoch) => sampleEpoch(epoch)));
    expect(received.events).toEqual(numbers(1, 470).map((epoch) => sampleWarning(4 * epoch)));
    expect(received.rows).toEqual([...sampleSteps(0, 1880)]);
    expect(received.runs).toEqual([sampleRun('late'), { ...sampleRun('late'), status: 'finished' }]);
    expect(Math.max(...received.epochMessageSizes)).toBeLessThanOrEqual(200);
  });

  it('continues from the position of a client that reconnects while the run grows', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'again', 10);
    let from = START;
    const rows: number[] = [];
    const epochs: number[] = [];
    for (const round of numbers(1, 6)) {
      const socket = connectClient(port);
      const received = collectRun(socket, from);
      expect(await received.subscribe('again')).toEqual({ ok: true });
      appendEpochs(writer, 10 * round + 1, 10 * round + 10);
      // The connection is cut after one, two or three messages, wherever that is in the run.
      await eventually(() => expect(received.messages()).toBeGreaterThan(round % 3));
      socket.disconnect();
      from = received.position();
      rows.push(...received.rows);
      epochs.push(...received.epochs.map(({ epoch }) => epoch));
    }
    const received = collectRun(connectClient(port), from);
    await received.subscribe('again');
    await eventually(() => expect(received.position()).toEqual({ epochs: 70, steps: 280, events: 70 }));
    expect([...rows, ...received.rows]).toEqual([...sampleSteps(0, 280)]);
    expect([...epochs, ...received.epochs.map(({ epoch }) => epoch)]).toEqual(numbers(1, 70));
  });

  it('never sends an epoch before its steps', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'order', 0);
    const socket = connectClient(port);
    const received = collectRun(socket);
    socket.on('epoch', () => {
      const last = received.epochs.at(-1);
      expect(received.rows.length / 3).toBeGreaterThanOrEqual(last?.step ?? 0);
    });
    await received.subscribe('order');
    for (const epoch of numbers(1, 100)) {
      appendEpochs(writer, epoch, epoch);
      if (epoch % 10 === 0) await writer.settled();
    }
    await eventually(() => expect(received.position()).toEqual({ epochs: 100, steps: 400, events: 100 }));
  });

  it("replaces the client's previous subscription", async () => {
    const { port, runsDirectory } = await startTestServer();
    await recordRun(runsDirectory, 'first', 300);
    await recordRun(runsDirectory, 'second', 3);
    const socket = connectClient(port);
    const received: string[] = [];
    for (const event of ['run', 'steps', 'epoch', 'event'] as const) {
      socket.on(event, (message, acknowledge) => {
        received.push(`${(message as { runId: string }).runId} ${event}`);
        acknowledge();
      });
    }
    await socket.emitWithAck('subscribe', { runId: 'first', from: START });
    await socket.emitWithAck('subscribe', { runId: 'second', from: START });
    const before = received.length;
    await eventually(() => expect(received.at(-1)).toBe('second event'));
    expect(received.slice(before).filter((entry) => entry.startsWith('first')).length).toBeLessThanOrEqual(1);
    expect(received.slice(-4)).toEqual(['second run', 'second steps', 'second epoch', 'second event']);
  });

  it('is refused for a run that does not exist, and for a position beyond the end', async () => {
    const { port, runsDirectory } = await startTestServer();
    await recordRun(runsDirectory, 'short', 2);
    const socket = connectClient(port);
    const subscribe = (runId: string, from: Position): Promise<Acknowledgement> =>
      socket.emitWithAck('subscribe', { runId, from });
    expect(await subscribe('none', START)).toEqual({ ok: false, error: 'there is no run "none"' });
    expect(await subscribe('short', { ...START, steps: 9 })).toEqual({
      ok: false,
      error: 'run short has 2 epochs, 8 steps, 2 events: fewer than asked from',
    });
    expect(await subscribe('short', { epochs: 2, steps: 8, events: 2 })).toEqual({ ok: true });
  });

  it('ends when its run is cut short, and the client is told when it subscribes again', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'cut', 5);
    const socket = connectClient(port);
    const received = collectRun(socket);
    await received.subscribe('cut');
    await eventually(() => expect(received.position().events).toBe(5));
    const disconnected = nextEvent(socket, 'disconnect');
    await truncate(join(writer.folder, 'steps.f32'), 12);
    await disconnected;
    const again = connectClient(port);
    expect(await again.emitWithAck('subscribe', { runId: 'cut', from: received.position() })).toMatchObject({
      ok: false,
    });
  });

  it('to a run that is removed sends nothing more, and other runs are still served', async () => {
    const { port, runsDirectory, errors } = await startTestServer();
    await recordRun(runsDirectory, 'stays', 1);
    const writer = await recordRun(runsDirectory, 'goes', 1);
    const received = collectRun(connectClient(port));
    await received.subscribe('goes');
    await eventually(() => expect(received.position().events).toBe(1));
    await writer.close();
    await rm(writer.folder, { recursive: true });
    const other = collectRun(connectClient(port));
    // The first attempts may share a poll that began before the removal.
    await eventually(async () =>
      expect(await other.subscribe('goes')).toEqual({ ok: false, error: 'there is no run "goes"' }),
    );
    expect(await other.subscribe('stays')).toEqual({ ok: true });
    await eventually(() => expect(other.position().events).toBe(1));
    expect(errors).toEqual([]);
  });

  it('serves fifty clients of one run at once', async () => {
    const { port, runsDirectory } = await startTestServer();
    const writer = await recordRun(runsDirectory, 'many', 20);
    const clients = numbers(1, 50).map(() => collectRun(connectClient(port)));
    await Promise.all(clients.map((received) => received.subscribe('many')));
    appendEpochs(writer, 21, 30);
    await eventually(() => {
      for (const received of clients) expect(received.position()).toEqual({ epochs: 30, steps: 120, events: 30 });
    });
  });
});

describe('the number of clients', () => {
  it('is limited to maxClients, and a client that leaves makes room for another', async () => {
    const { port, runsDirectory, get } = await startTestServer({ maxClients: 3 });
    await recordRun(runsDirectory, 'few', 1);
    const admitted = numbers(1, 3).map(() => connectClient(port));
    await Promise.all(admitted.map((socket) => nextEvent(socket, 'connect')));
    const refused = connectClient(port);
    await nextEvent(refused, 'connect_error');
    const polling = await get('/socket.io/?EIO=4&transport=polling');
    expect([polling.status, await polling.json()]).toEqual([403, { code: 4, message: 'too many clients' }]);
    admitted[0]?.disconnect();
    await eventually(async () => {
      const next = connectClient(port);
      expect(await next.timeout(500).emitWithAck('subscribe', { runId: 'few', from: START })).toEqual({ ok: true });
    });
  });

  it('tells that the disk refuses what is recorded, and that it does no longer', async () => {
    let diskError: string | null = null;
    const { port, runsDirectory } = await startTestServer({ diskErrorOf: (id) => (id === 'full' ? diskError : null) });
    await recordRun(runsDirectory, 'full', 1);
    const client = connectClient(port);
    const { diskErrors } = collectRun(client);
    await client.emitWithAck('subscribe', { runId: 'full', from: START });
    await eventually(() => expect(diskErrors).toEqual([null]));
    diskError = 'ENOSPC';
    await eventually(() => expect(diskErrors).toEqual([null, 'ENOSPC']));
    diskError = null;
    await eventually(() => expect(diskErrors).toEqual([null, 'ENOSPC', null]));
  });
});
