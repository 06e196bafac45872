import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@fdr/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ref } from 'vue';
import { sampleEpoch, sampleRun } from '../../../packages/run-store/test/sample.js';
import { startTestServer } from '../../../packages/server/test/test-server.js';
import { createApi } from '../src/feed/api.js';
import { listRow } from '../src/runs/list-row.js';
import { useRunChanges } from '../src/runs/use-run-changes.js';
import { useRunList } from '../src/runs/use-run-list.js';
import { inScope, stopScopes } from './in-scope.js';
import { servePage } from './served-page.js';

afterEach(stopScopes);

async function addRun(runsDirectory: string, index: number): Promise<void> {
  const folder = join(runsDirectory, `run-${String(index).padStart(3, '0')}`);
  const run = sampleRun();
  const createdAt = new Date(Date.UTC(2026, 0, 1) + 1000 * index).toISOString();
  const config = { ...run.config, seed: index, learningRate: index % 2 === 0 ? 0.1 : 0.01 };
  await mkdir(folder);
  await writeFile(join(folder, 'epochs.jsonl'), `${JSON.stringify({ ...sampleEpoch(1), layers: {}, oFB: 0 })}\n`);
  await writeFile(
    join(folder, 'run.json'),
    JSON.stringify({ ...run, name: `run ${index}`, status: 'finished', createdAt, config }),
  );
}

/** The list of a real server over many runs. */
async function listOf(count: number) {
  const { port, runsDirectory } = await startTestServer();
  for (let index = 0; index < count; index += 1) await addRun(runsDirectory, index);
  const view = { filter: ref(''), sort: ref(''), isGrouped: ref(false) };
  servePage({ origin: `http://127.0.0.1:${port}` });
  const api = createApi();
  const { result: list } = inScope(() => useRunList(api, view));
  const names = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => list.rowAt(first + index)?.newest.name);
  await eventually(() => expect(list.head.value?.total).toBe(count));
  return { api, list, view, runsDirectory, names };
}

describe('the list of runs', () => {
  it('has the rows that were looked at, and no others', async () => {
    const { list, names } = await listOf(120);
    expect(names(0, 1)).toEqual(['run 119', 'run 118']);
    expect(names(99, 119).every((name) => name === undefined)).toBe(true);
    list.show(95, 119);
    await eventually(() =>
      expect(names(99, 119)).toEqual(Array.from({ length: 21 }, (_, index) => `run ${20 - index}`)),
    );
  });

  it('is filtered, sorted and grouped by the server', async () => {
    const { list, view, names } = await listOf(10);
    view.filter.value = 'seed:<4';
    view.sort.value = 'seed';
    await eventually(() => expect(names(0, 4)).toEqual(['run 0', 'run 1', 'run 2', 'run 3', undefined]));
    expect(list.head.value).toMatchObject({ all: 10, total: 4 });
    view.filter.value = 'colour:red';
    await eventually(() => expect(list.error.value).toMatch(/there is no field "colour"/));
    view.filter.value = '';
    view.isGrouped.value = true;
    await eventually(() => expect(list.head.value?.total).toBe(2));
    expect(list.error.value).toBe('');
    expect(listRow(list.rowAt(0)!)).toMatchObject({
      name: 'run 9',
      runs: '5 runs',
      testAccuracy: '90.10 % ± 0.00 (5)',
    });
  });

  it('shows what begins, without being asked', async () => {
    const { list, names, runsDirectory } = await listOf(2);
    await addRun(runsDirectory, 2);
    await eventually(() => expect(names(0, 2)).toEqual(['run 2', 'run 1', 'run 0']));
    expect(list.head.value?.total).toBe(3);
  });
});

describe('a change of a run', () => {
  it('is shown, and taken back', async () => {
    const { api, list, names } = await listOf(3);
    const { result: changes } = inScope(() => useRunChanges(api));
    const row = (index: number) => listRow(list.rowAt(index)!);

    await changes.label(row(1), { name: 'mine', tags: ['keep'], note: 'look' });
    await eventually(() => expect(row(1)).toMatchObject({ name: 'mine', tags: ['keep'], note: 'look' }));
    await changes.undo();
    await eventually(() => expect(row(1)).toMatchObject({ name: 'run 1', tags: ['one'], note: '' }));

    await changes.remove(row(1));
    expect(changes.last.value?.text).toBe('run 1 is in the trash.');
    await eventually(() => expect(names(0, 2)).toEqual(['run 2', 'run 0', undefined]));
    await changes.undo();
    await eventually(() => expect(names(0, 2)).toEqual(['run 2', 'run 1', 'run 0']));
    expect(changes.last.value?.undo).toBeNull();

    await changes.archive(row(0));
    await eventually(() => expect(names(0, 2)).toEqual(['run 1', 'run 0', undefined]));
    await changes.undo();
    await eventually(() => expect(names(0, 0)).toEqual(['run 2']));
  });

  it('that the server refuses is told, and there is nothing to take back', async () => {
    const { api, list } = await listOf(1);
    const { result: changes } = inScope(() => useRunChanges(api));
    await changes.remove({ ...listRow(list.rowAt(0)!), id: 'none' });
    expect(changes.error.value).toBe('there is no run "none"');
    expect(changes.last.value).toBeNull();
  });
});
