import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGroupPage, runListMessage, runPage } from '@fdr/records';
import { createRun } from '@fdr/run-store';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../run-store/test/sample.js';
import { connectClient } from './client.js';
import { recordRun, startTestServer, type TestServer } from './test-server.js';

/** Runs that have ended, of seeds 1, 2, ..., and with two learning rates in turn. */
async function startServerOver(count: number) {
  const server = await startTestServer();
  for (let seed = 1; seed <= count; seed += 1) await endedRun(server, `run-${seed}`, seed);
  const list = async (query = '') => runPage.parse(await (await server.get(`/api/runs${query}`)).json());
  return { ...server, list, ids: async (query?: string) => (await list(query)).rows.map(({ id }) => id) };
}

async function endedRun({ runsDirectory }: TestServer, id: string, seed: number): Promise<void> {
  const run = sampleRun(id);
  const createdAt = `2019-05-06T14:30:0${seed}.000Z`;
  const config = { ...run.config, seed, learningRate: seed % 2 === 0 ? 0.1 : 0.01 };
  const writer = await createRun(runsDirectory, { ...run, createdAt, config });
  writer.setStatus('finished');
  await writer.close();
}

const change = ({ get }: TestServer, path: string, method: string, body?: unknown) =>
  get(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

describe('the list of runs', () => {
  it('comes in pages, newest first, filtered and sorted', async () => {
    const server = await startServerOver(5);
    await mkdir(join(server.runsDirectory, 'broken'));
    expect(await server.ids()).toEqual(['run-5', 'run-4', 'run-3', 'run-2', 'run-1']);
    expect(await server.ids('?from=1&limit=2')).toEqual(['run-4', 'run-3']);
    expect(await server.ids('?sort=seed')).toEqual(['run-1', 'run-2', 'run-3', 'run-4', 'run-5']);
    expect(await server.list('?filter=learning-rate:0.1&limit=1')).toMatchObject({
      all: 5,
      total: 2,
      pending: 0,
      rows: [{ id: 'run-4', learningRate: 0.1 }],
      damaged: [{ id: 'broken', error: 'run broken has no run.json' }],
    });
  });

  it('groups runs over seeds', async () => {
    const { get } = await startServerOver(5);
    const { groups, total } = runGroupPage.parse(await (await get('/api/run-groups')).json());
    expect(total).toBe(2);
    expect(groups.map(({ count, newest }) => [count, newest.id])).toEqual([
      [3, 'run-5'],
      [2, 'run-4'],
    ]);
  });

  it('is as the folder is, also when nobody follows it', async () => {
    const server = await startServerOver(1);
    expect(await server.ids()).toEqual(['run-1']);
    await endedRun(server, 'run-2', 2);
    expect(await server.ids()).toEqual(['run-2', 'run-1']);
  });
});

describe('a change of a run', () => {
  it('names it, tags it, archives it, and is in the list at once', async () => {
    const server = await startServerOver(2);
    const labels = { name: 'mine', tags: ['a'], note: 'look', archived: true };
    expect((await change(server, '/api/runs/run-1', 'PATCH', labels)).status).toBe(204);
    expect(await server.ids()).toEqual(['run-2']);
    expect((await server.list('?filter=archived:yes')).rows).toMatchObject([{ id: 'run-1', ...labels }]);
    expect(JSON.parse(await readFile(join(server.runsDirectory, 'run-1', 'labels.json'), 'utf8'))).toEqual(labels);
  });

  it('removes it and brings it back', async () => {
    const server = await startServerOver(2);
    expect((await change(server, '/api/runs/run-1', 'DELETE')).status).toBe(204);
    expect(await server.ids()).toEqual(['run-2']);
    expect((await server.get('/api/runs/run-1')).status).toBe(404);
    expect((await change(server, '/api/runs/run-1/restore', 'POST')).status).toBe(204);
    expect(await server.ids()).toEqual(['run-2', 'run-1']);
  });

  it('is refused in one line without a path where it can not be', async () => {
    const server = await startServerOver(1);
    await recordRun(server.runsDirectory, 'training', 1);
    for (const [path, method, body, status, error] of [
      ['/api/runs/training', 'DELETE', undefined, 409, /is in use by process \d+ on/],
      ['/api/runs/none', 'DELETE', undefined, 409, /there is no run "none"/],
      ['/api/runs/none', 'PATCH', {}, 409, /there is no run "none"/],
      ['/api/runs/none/restore', 'POST', undefined, 409, /no run "none" in the trash/],
      ['/api/runs/run-1', 'PATCH', { name: 'x'.repeat(201) }, 400, /^name: /],
      ['/api/runs/run-1', 'PATCH', { status: 'finished' }, 400, /status/],
      ['/api/runs/run-1', 'PATCH', { note: 'x'.repeat(70_000) }, 413, /./],
      ['/api/runs/run-1?x=1', 'DELETE', undefined, 400, /x/],
    ] as const) {
      const answer = await change(server, path, method, body);
      const text = ((await answer.json()) as { error: string }).error;
      expect([path, answer.status, text]).toEqual([path, status, expect.stringMatching(error)]);
      expect(text).not.toContain(server.runsDirectory);
    }
    expect(await server.ids()).toEqual(['run-1', 'training']);
    expect(server.errors).toEqual([]);
  });

  it('that another site asks for is refused', async () => {
    const server = await startServerOver(1);
    const headers = { origin: 'http://evil.example' };
    expect((await server.get('/api/runs/run-1', { method: 'DELETE', headers })).status).toBe(403);
    expect(await server.ids()).toEqual(['run-1']);
  });
});

describe('a client that follows the list', () => {
  it('is told when a run begins, is renamed or removed, and not otherwise', async () => {
    const server = await startServerOver(1);
    const socket = connectClient(server.port);
    const versions: number[] = [];
    socket.on('runs', (message) => versions.push(runListMessage.parse(message).version));
    expect(await socket.emitWithAck('followRuns')).toEqual({ ok: true });
    await eventually(() => expect(versions).toHaveLength(1));
    for (const event of [
      () => endedRun(server, 'run-2', 2),
      () => change(server, '/api/runs/run-2', 'PATCH', { name: 'mine' }),
      () => change(server, '/api/runs/run-1', 'DELETE'),
    ]) {
      const before = versions.length;
      await event();
      await eventually(() => expect(versions.length).toBeGreaterThan(before));
    }
    await eventually(async () => expect(versions.at(-1)).toBe((await server.list()).version));
    const settled = versions.length;
    await server.list();
    expect(versions).toHaveLength(settled);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });
});
