import { waitUntil } from '@fdr/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { computed, shallowRef } from 'vue';
import { useComparedRuns } from '../src/compare/use-compared-runs.js';
import { createApi } from '../src/feed/api.js';
import { after, recorded, running } from './growing-run.js';
import { inScope, stopScopes } from './in-scope.js';
import { countListeners } from './page-state.js';
import { RunServer } from './run-server.js';
import { fakePolling, servePage } from './served-page.js';

const id = recorded.run.id;

let server: RunServer;
beforeEach(async () => {
  server = new RunServer(running, after(3));
  await server.start();
  servePage(server);
  fakePolling();
});
afterEach(async () => {
  stopScopes();
  vi.useRealTimers();
  vi.restoreAllMocks();
  await server.stop();
});

/** Compares runs, and waits until they have been fetched for the first time. */
async function compare(ids: readonly string[]) {
  const chosen = shallowRef(ids);
  const { result, stop } = inScope(() =>
    useComparedRuns(
      createApi(),
      computed(() => chosen.value),
    ),
  );
  await waitUntil(() => result.data.value);
  return { result, stop, chosen, epochs: () => result.data.value?.runs.map(({ records }) => records.epochs.length) };
}

/** Waits until the runs have been fetched once more. */
async function poll(): Promise<void> {
  const before = server.requests.length;
  await vi.advanceTimersByTimeAsync(3000);
  await waitUntil(() => server.requests.length > before);
}

describe('compared runs', () => {
  it('have their epochs and events, and name those that could not be fetched', async () => {
    const { result } = await compare(['nobody', id]);
    const { runs, missing } = result.data.value!;
    expect(runs.map(({ summary }) => summary.run.id)).toEqual([id]);
    expect(runs[0]!.records.epochs).toEqual(recorded.epochs.slice(0, 3));
    expect(runs[0]!.records.events).toEqual(recorded.events.slice(0, after(3).events));
    expect(missing).toEqual([{ id: 'nobody', error: 'there is no run nobody' }]);
  });

  it('grow by polling, which requests only what is new', async () => {
    server.reached = after(8);
    const { result, epochs } = await compare([id]);
    server.reached = after(11);
    server.requests.length = 0;
    await poll();
    await waitUntil(() => epochs()?.[0] === 11);
    expect(result.data.value!.runs[0]!.records.epochs).toEqual(recorded.epochs.slice(0, 11));
    expect(result.data.value!.runs[0]!.records.events).toEqual(recorded.events.slice(0, after(11).events));
    expect(server.requests).toEqual([
      `/api/runs/${id}`,
      `/api/runs/${id}/epochs?from=8`,
      `/api/runs/${id}/events?from=${after(8).events}`,
    ]);
  });

  it('are fetched from the first epoch again when they were resumed from a checkpoint', async () => {
    const { result, epochs } = await compare([id]);
    const changed = running.epochs.map((record) => (record.epoch > 2 ? { ...record, lossHalf: 7 } : record));
    server.run = { ...running, epochs: changed, run: { ...running.run, resumedAt: '2026-01-02T00:00:00.000Z' } };
    server.reached = after(4);
    await poll();
    await waitUntil(() => epochs()?.[0] === 4);
    expect(result.data.value!.runs[0]!.records.epochs).toEqual(changed.slice(0, 4));
  });

  it('that have not changed are asked for their summary alone', async () => {
    server.run = recorded;
    server.reached = after(12);
    const { result, epochs } = await compare([id]);
    expect(epochs()).toEqual([12]);
    server.requests.length = 0;
    await result.refresh();
    expect(epochs()).toEqual([12]);
    expect(server.requests).toEqual([`/api/runs/${id}`]);
  });

  it('grow again when one that has ended is resumed', async () => {
    const run = { ...recorded.run, status: 'failed' as const };
    server.run = { ...recorded, run };
    server.reached = after(3);
    const { epochs } = await compare([id]);
    server.run = { ...recorded, run: { ...run, status: 'running', resumedAt: '2026-01-02T00:00:00.000Z' } };
    server.reached = after(5);
    await poll();
    await waitUntil(() => epochs()?.[0] === 5);
  });

  it('are fetched at once when others are chosen', async () => {
    const { result, chosen } = await compare([id]);
    chosen.value = ['nobody'];
    await waitUntil(() => result.data.value?.runs.length === 0);
    expect(result.data.value?.missing.map((run) => run.id)).toEqual(['nobody']);
  });

  it('are not requested any more once the scope has ended, and leave no timer and no listener', async () => {
    const listeners = countListeners(document);
    const { stop, chosen } = await compare([id]);
    expect([listeners(), vi.getTimerCount()]).toEqual([1, 1]);
    stop();
    expect([listeners(), vi.getTimerCount()]).toEqual([0, 0]);
    server.requests.length = 0;
    chosen.value = [id, 'nobody'];
    await vi.advanceTimersByTimeAsync(9000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.requests).toEqual([]);
  });
});
