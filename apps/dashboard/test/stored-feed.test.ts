// @vitest-environment node
import { waitUntil } from '@fdr/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../src/feed/api.js';
import { fetchStepRows } from '../src/feed/step-rows.js';
import { openStoredFeed } from '../src/feed/stored-feed.js';
import { expectHistory } from './expect-history.js';
import { after, recorded, stepRow } from './growing-run.js';
import { RunServer } from './run-server.js';
import { Watcher } from './watcher.js';

const runId = recorded.run.id;
let server: RunServer;
beforeEach(async () => {
  server = new RunServer(recorded, after(12));
  await server.start();
});
afterEach(() => server.stop());

describe('a stored run', () => {
  it('is loaded by its feed without subscribing', async () => {
    const api = createApi(server.origin);
    const watcher = new Watcher();
    const summary = { ...(await api.run(runId)), controllable: false };
    openStoredFeed(api, summary, watcher);
    await watcher.until(({ state }) => state === 'recorded');
    expectHistory(watcher, 12);
    expect(server.subscriptions).toEqual([]);
  });

  it('whose feed was closed while it loads reports nothing', async () => {
    const api = createApi(server.origin);
    const watcher = new Watcher();
    openStoredFeed(api, await api.run(runId), watcher).close();
    await waitUntil(() => server.requests.some((url) => url.includes('/steps?from=2400')));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([watcher.history, watcher.connections]).toEqual([null, []]);
  });

  it('that cannot be read fails with the server’s message', async () => {
    const api = createApi(server.origin);
    const watcher = new Watcher();
    const summary = await api.run(runId);
    openStoredFeed(api, { ...summary, run: { ...summary.run, id: 'nobody' } }, watcher);
    await watcher.until(({ state }) => state === 'failed');
    expect(watcher.connections).toEqual([{ state: 'failed', reason: 'there is no run nobody' }]);
  });

  it('gives every step of a range in full precision', async () => {
    const table = await fetchStepRows(createApi(server.origin), recorded.run, 250, 2350);
    expect(table.columns).toEqual(['step', 'epoch', 'loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf']);
    expect(table.rows.length).toBe(2100);
    expect(table.rows[0]).toEqual([251, 251 / 200, ...stepRow(250)]);
    expect(table.rows.at(-1)).toEqual([2350, 2350 / 200, ...stepRow(2349)]);
  });

  it('that does not exist is rejected with the server’s message', async () => {
    await expect(createApi(server.origin).run('nobody')).rejects.toThrow('there is no run nobody');
  });
});
