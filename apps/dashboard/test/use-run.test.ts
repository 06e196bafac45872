import type { RunSummary } from '@fdr/records';
import { waitUntil } from '@fdr/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick, shallowRef } from 'vue';
import { createApi } from '../src/feed/api.js';
import { useRun } from '../src/run/use-run.js';
import { deferred } from './deferred.js';
import { after, recorded, running } from './growing-run.js';
import { inScope, stopScopes } from './in-scope.js';
import { countListeners, setVisibility } from './page-state.js';
import { RunServer } from './run-server.js';
import { fakePolling, servePage } from './served-page.js';

const id = recorded.run.id;

let server: RunServer;
beforeEach(async () => {
  server = new RunServer(running, after(3));
  await server.start();
  servePage(server);
});
afterEach(async () => {
  stopScopes();
  vi.useRealTimers();
  vi.restoreAllMocks();
  await server.stop();
});

function follow(runId: () => string = () => id) {
  const { result, stop } = inScope(() => useRun(createApi(), runId));
  return { ...result, stop, epochs: () => result.history.value?.epochs.length };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a followed run', () => {
  it('is live while it trains, and its history is a new object whenever it has grown', async () => {
    const { history, connection, controllable, epochs } = follow();
    expect([history.value, connection.value.state, controllable.value]).toEqual([null, 'loading', false]);
    await waitUntil(() => connection.value.state === 'live' && epochs() === 3);
    expect(controllable.value).toBe(true);
    const before = history.value!;
    await server.grow(after(5));
    await waitUntil(() => epochs() === 5 && history.value?.events.length === after(5).events);
    expect(history.value!.epochs).toEqual(recorded.epochs.slice(0, 5));
    expect(history.value).not.toBe(before);
    expect([before.epochs.length, before.events.length]).toEqual([3, after(3).events]);
  });

  it('that is trained by another process is live too, and takes no commands', async () => {
    server.controllable = false;
    const { connection, controllable } = follow();
    await waitUntil(() => connection.value.state === 'live');
    expect(controllable.value).toBe(false);
    expect(server.clients).toBe(1);
  });

  it('that has ended is loaded without a socket', async () => {
    server.run = recorded;
    server.reached = after(12);
    server.controllable = false;
    const { connection, epochs, send } = follow();
    await waitUntil(() => connection.value.state === 'recorded' && epochs() === 12);
    expect(server.clients).toBe(0);
    expect(await send({ commandId: 'a', runId: id, type: 'pause' })).toEqual({
      ok: false,
      error: 'this run is not training',
    });
  });

  it('that was dead when the page was opened becomes live when it is resumed', async () => {
    fakePolling();
    server.controllable = false;
    server.run = { ...recorded, run: { ...recorded.run, status: 'failed' } };
    const { connection, controllable, history, epochs } = follow();
    await waitUntil(() => connection.value.state === 'recorded' && epochs() === 3);
    server.controllable = true;
    server.run = { ...running, run: { ...running.run, resumedAt: '2026-01-02T00:00:00.000Z' } };
    await vi.advanceTimersByTimeAsync(3000);
    await waitUntil(() => connection.value.state === 'live');
    await server.grow(after(5));
    await waitUntil(() => epochs() === 5);
    expect([controllable.value, history.value!.run.status]).toEqual([true, 'running']);
  });

  it('that was resumed and has ended again while nobody looked is read anew', async () => {
    fakePolling();
    server.controllable = false;
    server.run = { ...recorded, run: { ...recorded.run, status: 'failed' } };
    const { connection, history, epochs } = follow();
    await waitUntil(() => connection.value.state === 'recorded' && epochs() === 3);
    server.run = recorded;
    server.reached = after(12);
    await vi.advanceTimersByTimeAsync(3000);
    await waitUntil(() => epochs() === 12);
    expect([connection.value.state, history.value!.run.status]).toEqual(['recorded', 'finished']);
  });

  it('that is stored tells when its server is gone, and when it is back', async () => {
    fakePolling();
    server.controllable = false;
    server.run = recorded;
    server.reached = after(12);
    const { connection } = follow();
    await waitUntil(() => connection.value.state === 'recorded');
    const port = Number(new URL(server.origin).port);
    await server.stop();
    await vi.advanceTimersByTimeAsync(3000);
    await waitUntil(() => connection.value.state === 'reconnecting');
    server = new RunServer(recorded, after(12));
    server.controllable = false;
    await server.start(port);
    await vi.advanceTimersByTimeAsync(3000);
    await waitUntil(() => connection.value.state === 'recorded');
  });

  it('takes commands where the server that it reaches after a pause trains it, and none where it does not', async () => {
    server.controllable = false;
    const { connection, controllable } = follow();
    await waitUntil(() => connection.value.state === 'live');
    for (const trains of [true, false]) {
      server.controllable = trains;
      server.sendAway();
      await waitUntil(() => controllable.value === trains);
    }
  });

  it('that has just ended in the serving process is still live', async () => {
    server.run = recorded;
    server.reached = after(12);
    const { connection } = follow();
    await waitUntil(() => connection.value.state === 'live');
    expect(server.clients).toBe(1);
  });

  it('that does not exist fails with the server’s message', async () => {
    const { history, connection } = follow(() => 'nobody');
    await waitUntil(() => connection.value.state === 'failed');
    expect(connection.value).toEqual({ state: 'failed', reason: 'there is no run nobody' });
    expect(history.value).toBeNull();
  });

  it('takes commands once it is loaded', async () => {
    const { connection, send } = follow();
    expect(await send({ commandId: 'a', runId: id, type: 'pause' })).toEqual({
      ok: false,
      error: 'the run is not loaded yet',
    });
    await waitUntil(() => connection.value.state === 'live');
    expect(await send({ commandId: 'b', runId: id, type: 'pause' })).toEqual({ ok: true });
    expect(server.commands).toEqual([{ commandId: 'b', runId: id, type: 'pause' }]);
  });

  it('does not change while the page is hidden, and is up to date when it is shown', async () => {
    const { connection, history, epochs } = follow();
    await waitUntil(() => connection.value.state === 'live' && epochs() === 3);
    await pause(600);
    setVisibility('hidden');
    await nextTick();
    const before = history.value;
    await server.grow(after(6));
    await pause(600);
    expect(history.value).toBe(before);
    setVisibility('visible');
    await nextTick();
    expect(epochs()).toBe(6);
  });

  it('is left for another: the socket closes, and nothing of the first remains', async () => {
    const runId = shallowRef(id);
    const { history, connection } = follow(() => runId.value);
    await waitUntil(() => connection.value.state === 'live' && history.value);
    runId.value = 'nobody';
    await nextTick();
    expect([history.value, connection.value]).toEqual([null, { state: 'loading' }]);
    await waitUntil(() => connection.value.state === 'failed');
    await waitUntil(() => server.clients === 0);
    expect(history.value).toBeNull();
  });

  it('that was left takes no commands, and its late reports change nothing', async () => {
    const runId = shallowRef(id);
    const { history, connection, send } = follow(() => runId.value);
    await waitUntil(() => connection.value.state === 'live' && history.value);
    await pause(600);
    setVisibility('hidden');
    await nextTick();
    await server.grow(after(6));
    runId.value = 'nobody';
    await nextTick();
    expect(await send({ commandId: 'a', runId: id, type: 'pause' })).toMatchObject({
      error: 'the run is not loaded yet',
    });
    setVisibility('visible');
    await pause(600);
    expect(history.value).toBeNull();
  });

  it('does not report that the one before could not be found', async () => {
    const slow = deferred<RunSummary>();
    const api = createApi();
    const run = (runId: string) => (runId === id ? api.run(runId) : slow.promise);
    const runId = shallowRef('slow');
    const { result } = inScope(() => useRun({ ...api, run }, () => runId.value));
    runId.value = id;
    await nextTick();
    await waitUntil(() => result.connection.value.state === 'live');
    slow.reject(new Error('there is no run slow'));
    await nextTick();
    expect(result.connection.value).toEqual({ state: 'live' });
  });

  it('is left when the scope ends: the socket closes, no listener stays, nothing changes', async () => {
    const listeners = countListeners(document);
    const { history, connection, stop } = follow();
    await waitUntil(() => connection.value.state === 'live' && history.value);
    expect([server.clients, listeners()]).toEqual([1, 1]);
    const growing = server.grow(after(6));
    stop();
    const before = history.value;
    expect(listeners()).toBe(0);
    await waitUntil(() => server.clients === 0);
    await growing.catch(() => undefined);
    await pause(600);
    expect(history.value).toBe(before);
    expect(connection.value).toEqual({ state: 'live' });
  });

  it('is never opened when the scope ends before its summary arrives', async () => {
    const { connection, stop } = follow();
    stop();
    await waitUntil(() => server.requests.length === 1);
    await pause(300);
    expect(server.requests).toEqual([`/api/runs/${id}`]);
    expect(server.clients).toBe(0);
    expect(connection.value).toEqual({ state: 'loading' });
  });
});
