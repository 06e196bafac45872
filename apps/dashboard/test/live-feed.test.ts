// @vitest-environment node
import type { Position } from '@fdr/records';
import { waitUntil } from '@fdr/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '../src/feed/api.js';
import type { Feed } from '../src/feed/feed.js';
import { openLiveFeed } from '../src/feed/live-feed.js';
import { expectHistory } from './expect-history.js';
import { after, running } from './growing-run.js';
import { RunServer, type GrowingRun } from './run-server.js';
import { Watcher } from './watcher.js';

const runId = running.run.id;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(run: GrowingRun, reached: Position, port = 0): Promise<RunServer> {
  const server = new RunServer(run, reached);
  await server.start(port);
  open.push(() => server.stop());
  return server;
}

async function watch(server: RunServer): Promise<{ watcher: Watcher; feed: Feed }> {
  const api = createApi(server.origin);
  const watcher = new Watcher();
  const feed = openLiveFeed(api, await api.run(runId), watcher);
  open.push(feed.close);
  return { watcher, feed };
}

describe('a live feed', () => {
  it('loads the whole history of a run opened late, then follows it', async () => {
    const server = await serve(running, after(5));
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    expect(server.subscriptions).toEqual([after(5)]);
    expectHistory(watcher, 5);
    await server.grow(after(9));
    expectHistory(watcher, 9);
  });

  it('loads the steps of an unfinished epoch', async () => {
    const server = await serve(running, { ...after(3), steps: 677 });
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    expect(watcher.history!.steps.steps).toBe(677);
    await server.grow(after(4));
    expectHistory(watcher, 4);
  });

  it('drops duplicates and fills a gap from its own position', async () => {
    const server = await serve(running, after(3));
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    await server.broadcast('steps', { runId, from: 400, rows: server.bytes(400, 600) });
    await server.broadcast('steps', { runId, from: 500, rows: server.bytes(500, 650) });
    expect(watcher.history!.steps.steps).toBe(650);
    server.reached = after(7);
    await server.broadcast('steps', { runId, from: 1000, rows: server.bytes(1000, 1100) });
    await watcher.until(({ history }) => history!.epochs.length === 7);
    expect(server.subscriptions).toEqual([after(3), { ...after(3), steps: 650 }]);
    await watcher.until(({ history }) => history!.events.length === after(7).events);
    expectHistory(watcher, 7);
  });

  it('acknowledges invalid messages and uses none of them', async () => {
    const server = await serve(running, after(2));
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    open.push(() => warn.mockRestore());
    await server.broadcast('epoch', { runId, from: 2, records: [{ epoch: 'three' }] });
    await server.broadcast('epoch', { runId: 'another', from: 2, records: [running.epochs[2]] });
    await server.broadcast('steps', { runId, from: 400, rows: Buffer.alloc(13) });
    await server.broadcast('steps', { runId, from: 400, rows: 'text' });
    await server.broadcast('run', null);
    await server.broadcast('event', JSON.parse('{"__proto__": {"runId": "quadratic"}}'));
    expectHistory(watcher, 2);
    expect(warn.mock.calls).toEqual([['A message was dropped:', expect.any(RangeError)]]);
    await server.grow(after(4));
    expectHistory(watcher, 4);
  });

  it('reconnects to a restarted server without gap or duplicate', async () => {
    const first = await serve(running, after(4));
    const port = Number(new URL(first.origin).port);
    const { watcher } = await watch(first);
    await watcher.until(({ state }) => state === 'live');
    await first.stop();
    await watcher.until(({ state }) => state === 'reconnecting');
    const second = await serve(running, after(8), port);
    await watcher.until(({ state, history }) => state === 'live' && history!.events.length === after(8).events);
    expect(second.subscriptions).toEqual([after(4)]);
    expectHistory(watcher, 8);
  });

  it('reloads a run that is shorter after the restart of the server', async () => {
    const first = await serve(running, after(6));
    const port = Number(new URL(first.origin).port);
    const { watcher } = await watch(first);
    await watcher.until(({ state }) => state === 'live');
    await first.stop();
    await watcher.until(({ state }) => state === 'reconnecting');
    await serve(running, after(5), port);
    await watcher.until(({ state }) => state === 'live');
    expectHistory(watcher, 5);
  });

  it('fails with the server’s message when the restarted server does not know the run', async () => {
    const first = await serve(running, after(1));
    const port = Number(new URL(first.origin).port);
    const { watcher } = await watch(first);
    await watcher.until(({ state }) => state === 'live');
    await first.stop();
    await serve({ ...running, run: { ...running.run, id: 'other' } }, after(1), port);
    await watcher.until(({ state }) => state === 'failed');
    expect(watcher.connections.at(-1)).toEqual({ state: 'failed', reason: `there is no run ${runId}` });
  });

  it('reloads a run that was resumed from a checkpoint while it was open', async () => {
    const server = await serve(running, after(6));
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    // What was after the checkpoint of epoch 4 came out otherwise the second time.
    const epochs = running.epochs.map((record) => (record.epoch > 4 ? { ...record, lossHalf: 7 } : record));
    server.run = { ...running, epochs, run: { ...running.run, resumedAt: '2026-01-02T00:00:00.000Z' } };
    await server.grow(after(8));
    await watcher.until(({ history }) => history!.epochs.length === 8);
    expect(watcher.history!.epochs).toEqual(epochs.slice(0, 8));
    expect(server.subscriptions).toEqual([after(6), after(8)]);
    expect(watcher.state).toBe('live');
  });

  it('reconnects to a server that ended the connection itself', async () => {
    const server = await serve(running, after(2));
    const { watcher } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    server.sendAway();
    await watcher.until(({ state }) => state === 'reconnecting');
    server.reached = after(3);
    await watcher.until(({ state, history }) => state === 'live' && history!.events.length === after(3).events);
    await watcher.until(({ history }) => history!.epochs.length === 3);
    expect(server.subscriptions).toEqual([after(2), after(2)]);
    expectHistory(watcher, 3);
  });

  it('closed while it is live leaves no connection and reports nothing more', async () => {
    const server = await serve(running, after(2));
    const { watcher, feed } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    expect(server.clients).toBe(1);
    const reports = [...watcher.connections];
    const growing = server.grow(after(4));
    feed.close();
    await waitUntil(() => server.clients === 0);
    await growing.catch(() => undefined);
    expect(watcher.connections).toEqual(reports);
    expect(watcher.history!.epochs).toHaveLength(2);
  });

  it('closed while the server is away does not reconnect', async () => {
    const server = await serve(running, after(2));
    const { watcher, feed } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    const reports = watcher.connections.length;
    server.sendAway();
    await watcher.until(({ state }) => state === 'reconnecting');
    feed.close();
    // Longer than the pause after which it would have reconnected.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(server.clients).toBe(0);
    expect(watcher.connections.length).toBe(reports + 1);
    expect(server.subscriptions).toHaveLength(1);
  });

  it('closed while it loads never connects', async () => {
    const server = await serve(running, after(2));
    const { watcher, feed } = await watch(server);
    feed.close();
    await waitUntil(() => server.requests.some((url) => url.includes('/steps?from=400')));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.clients).toBe(0);
    expect(watcher.history).toBeNull();
    expect(watcher.connections).toEqual([]);
  });

  it('sends commands and returns the answers', async () => {
    const server = await serve(running, after(1));
    const { watcher, feed } = await watch(server);
    await watcher.until(({ state }) => state === 'live');
    expect(await feed.send({ commandId: 'a', runId, type: 'pause' })).toEqual({ ok: true });
    expect(await feed.send({ commandId: 'b', runId, type: 'stop' })).toEqual({ ok: false, error: 'no stop here' });
    expect(server.commands).toEqual([
      { commandId: 'a', runId, type: 'pause' },
      { commandId: 'b', runId, type: 'stop' },
    ]);
    await server.stop();
    const acknowledgement = await feed.send({ commandId: 'c', runId, type: 'pause' });
    expect(acknowledgement).toMatchObject({ ok: false });
  });
});
