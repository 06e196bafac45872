import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochList, eventList, figureList, figureRecord, runList, runSummary, stepBuckets } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sampleFigure } from './sample-figure.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, scratch, WICKED_IDS } from '../../run-store/test/sample.js';
import { slowBuckets } from '../../run-store/test/reference/buckets.js';
import { raw, record, recorded, running } from './running.js';

async function serving(epochs = 3) {
  const server = await running({ controls: (id) => id === 'mine' });
  const writer = await recorded(server.runs, 'mine', epochs);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as unknown };
  };
  return { ...server, writer, get };
}

describe('the api', () => {
  it('lists runs, and says which are trained here', async () => {
    const { get, runs } = await serving();
    await recorded(runs, 'other', 0);
    await mkdir(join(runs, 'broken'));
    const list = runList.parse((await get('/api/runs')).json());
    expect(list.runs.map(({ run, controllable }) => [run.id, controllable])).toEqual([
      ['other', false],
      ['mine', true],
    ]);
    expect(list.runs[0]).toMatchObject({ lastEpoch: null, bestTestAccuracy: null });
    expect(list.runs[1]).toMatchObject({ lastEpoch: sampleEpoch(3), bestTestAccuracy: 0.903 });
    expect(list.damaged).toEqual([{ id: 'broken', error: 'run broken has no run.json' }]);
  });

  it('gives a run, its epochs and its events, from where one asks', async () => {
    const { get, writer } = await serving();
    expect(runSummary.parse((await get('/api/runs/mine')).json()).run).toEqual(sampleRun('mine'));
    expect(epochList.parse((await get('/api/runs/mine/epochs')).json())).toEqual({
      from: 0,
      records: [sampleEpoch(1), sampleEpoch(2), sampleEpoch(3)],
      skipped: 0,
    });
    expect(epochList.parse((await get('/api/runs/mine/epochs?from=2')).json()).records).toEqual([sampleEpoch(3)]);
    expect(epochList.parse((await get('/api/runs/mine/epochs?from=99')).json()).records).toEqual([]);
    expect(eventList.parse((await get('/api/runs/mine/events?from=1')).json())).toEqual({
      from: 1,
      records: [sampleWarning(8), sampleWarning(12)],
      skipped: 0,
    });
    record(writer, 4, 4);
    await writer.settled();
    expect(epochList.parse((await get('/api/runs/mine/epochs?from=3')).json()).records).toEqual([sampleEpoch(4)]);
  });

  it('sums steps up in buckets, NaN and infinities included', async () => {
    const { get, writer } = await serving(25);
    writer.appendSteps(new Float32Array([NaN, Infinity, 1, 2, -Infinity, 3]));
    await writer.settled();
    const values = new Float32Array([...sampleSteps(0, 100), NaN, Infinity, 1, 2, -Infinity, 3]);
    const found = stepBuckets.parse((await get('/api/runs/mine/steps?from=10&buckets=9')).json());
    const expected = slowBuckets(values, ['loss', 'oL', 'oR'], 10, 102, 9);
    expect({ ...found, columns: null }).toEqual({ ...expected, columns: null });
    for (const name of ['loss', 'oL', 'oR']) {
      expect(found.columns[name]?.min).toEqual(expected.columns[name]?.min);
      expect(found.columns[name]?.max).toEqual(expected.columns[name]?.max);
      expect(found.columns[name]?.mean).toEqual(expected.columns[name]?.mean);
    }
    expect(stepBuckets.parse((await get('/api/runs/mine/steps?from=3&to=5')).json())).toMatchObject({
      from: 3,
      to: 5,
      width: 1,
      columns: { loss: { mean: [3, 4] } },
    });
    expect(stepBuckets.parse((await get('/api/runs/mine/steps?from=5000')).json())).toMatchObject({
      from: 102,
      to: 102,
    });
  });

  it.each([
    ['/api/runs?x=1', /x/],
    ['/api/runs/mine?from=1', /from/],
    ['/api/runs/mine/epochs?from=-1', /^from: must be a whole number$/],
    ['/api/runs/mine/epochs?from=1.5', /^from/],
    ['/api/runs/mine/epochs?from=1e3', /^from/],
    ['/api/runs/mine/epochs?from=', /^from/],
    ['/api/runs/mine/epochs?from=1&from=2', /^from/],
    ['/api/runs/mine/epochs?from[a]=1', /from\[a\]/],
    ['/api/runs/mine/epochs?from=9999999999999999', /^from/],
    ['/api/runs/mine/epochs?__proto__=1', /__proto__/],
    ['/api/runs/mine/steps?buckets=0', /^buckets/],
    ['/api/runs/mine/steps?buckets=20001', /^buckets/],
    ['/api/runs/mine/steps?from=2&to=1', /^to must be at least from \(2\), not 1$/],
  ])('refuses %s by name', async (path, error) => {
    const { get } = await serving();
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect((answer.json() as { error: string }).error).toMatch(error);
  });

  it.each([...WICKED_IDS, 'none', '__proto__', 'outside'].filter((id) => id !== ''))(
    'has no run %j on any route',
    async (id) => {
      const { port, runs, reported } = await serving();
      await symlink(join(runs, 'mine'), join(runs, 'outside'));
      for (const route of ['', '/epochs', '/events', '/steps']) {
        // Coded, coded twice, and as it stands. By hand, for fetch would tidy the address up.
        const coded = encodeURIComponent(id);
        for (const spelled of [coded, encodeURIComponent(coded), id.replace(/[\s\0]/g, '+')]) {
          const path = `/api/runs/${spelled}${route}`;
          const answer = await raw(
            port,
            `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
          );
          expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
          expect(answer).not.toContain(runs);
        }
      }
      expect(reported).toEqual([]);
    },
  );

  it('may only be read', async () => {
    const { port } = await serving();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await fetch(`http://127.0.0.1:${port}/api/runs/mine`, { method })).status).toBe(405);
    }
  });

  it('tells no stack, no path, and not what it runs on', async () => {
    const { get, port, runs } = await serving();
    const answers = [
      await get('/api/nothing'),
      await get('/api/runs/mine/nothing'),
      await get('/api/%E0%A4%A'),
      await get('/assets/none.js'),
      await get('/assets/%2e%2e%2f%2e%2e%2fpackage.json'),
    ];
    for (const { status, text, headers } of answers) {
      expect([400, 403, 404]).toContain(status);
      expect(text).not.toMatch(/ at |node_modules|\/work|\/home|\/tmp/);
      expect(text).not.toContain(runs);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await raw(port, 'NONSENSE\r\n\r\n')).startsWith('HTTP/1.1 400')).toBe(true);
  });

  it('reports what is its own fault, and keeps it from the client', async () => {
    const server = await running();
    await writeFile(join(server.runs, 'file'), '');
    const broken = await running({ runsDirectory: join(server.runs, 'file') });
    const answer = await fetch(`http://127.0.0.1:${broken.port}/api/runs`);
    expect([answer.status, await answer.json()]).toEqual([500, { error: 'the server failed' }]);
    expect(String(broken.reported[0])).toContain('ENOTDIR');
  });
});

describe('the figures', () => {
  async function drawn() {
    const results = await scratch();
    await mkdir(join(results, 'runs'));
    for (const id of ['fig3a', 'fig1a'])
      await writeFile(join(results, `${id}.json`), JSON.stringify(z.encode(figureRecord, sampleFigure(id))));
    await writeFile(join(results, 'package.json'), '{}');
    const server = await running({ resultsDirectory: results });
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    return { ...server, results, get };
  }

  it('are listed with their claims, and given whole, NaN and infinities included', async () => {
    const { get } = await drawn();
    const { figures, damaged } = figureList.parse(await (await get('/api/figures')).json());
    expect(figures.map(({ id }) => id)).toEqual(['fig1a', 'fig3a']);
    expect(figures[1]).toMatchObject({ claims: sampleFigure('fig3a').claims, jobs: { done: 3, planned: 4 } });
    expect(damaged).toEqual([]);
    expect(figureRecord.parse(await (await get('/api/figures/fig3a')).json())).toEqual(sampleFigure('fig3a'));
  });

  it('are seen anew when they were drawn again, and none are there before', async () => {
    const { get, results } = await drawn();
    await get('/api/figures');
    const again = { ...sampleFigure('fig3a'), title: 'Another title', jobs: { done: 4, planned: 4 } };
    await writeFile(join(results, 'fig3a.json'), JSON.stringify(z.encode(figureRecord, again)));
    const { figures } = figureList.parse(await (await get('/api/figures')).json());
    expect(figures.map(({ title }) => title)).toEqual(['Figure fig1a', 'Another title']);
    const empty = await running({ resultsDirectory: join(results, 'none') });
    const list = await fetch(`http://127.0.0.1:${empty.port}/api/figures`);
    expect(await list.json()).toEqual({ figures: [], damaged: [] });
    expect((await fetch(`http://127.0.0.1:${empty.port}/api/figures/fig3a`)).status).toBe(404);
  });

  it('that are damaged are named, and harm no other', async () => {
    const { get, results } = await drawn();
    await writeFile(join(results, 'fig1a.json'), '{"schemaVersion": 1');
    await writeFile(join(results, 'fig2a.json'), '{"schemaVersion": 1}');
    await symlink(join(results, 'fig3a.json'), join(results, 'fig4a.json'));
    const { figures, damaged } = figureList.parse(await (await get('/api/figures')).json());
    expect(figures.map(({ id }) => id)).toEqual(['fig3a']);
    expect(damaged.map(({ id }) => id)).toEqual(['fig1a', 'fig2a', 'fig4a']);
    for (const { id, error } of damaged) {
      const answer = await get(`/api/figures/${id}`);
      expect([answer.status, await answer.json()]).toEqual([404, { error }]);
      expect(error).not.toContain(results);
    }
  });

  it.each([...WICKED_IDS, 'none', 'package', '__proto__', 'fig3a.json', 'fig../fig3a'].filter((id) => id !== ''))(
    'has none of the name %j',
    async (id) => {
      const { port, results, reported } = await drawn();
      const coded = encodeURIComponent(id);
      for (const spelled of [coded, encodeURIComponent(coded), id.replace(/[\s\0]/g, '+')]) {
        const words = `GET /api/figures/${spelled} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
        const answer = await raw(port, words);
        expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
        expect(answer).not.toContain(results);
      }
      expect(reported).toEqual([]);
    },
  );

  it('may only be read', async () => {
    const { port, get } = await drawn();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await fetch(`http://127.0.0.1:${port}/api/figures/fig3a`, { method })).status).toBe(405);
    expect((await get('/api/figures?x=1')).status).toBe(400);
    expect((await get('/api/figures/fig3a?x=1')).status).toBe(400);
  });
});

describe('the page', () => {
  it('is served, or said not to be built, on every route of its own, under a strict policy', async () => {
    const { get } = await serving();
    for (const path of ['/', '/runs/mine', '/runs/20190506-143000.x', '/compare?a=1']) {
      const { status, headers, text } = await get(path);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toMatch(/<!doctype html>/i);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
      expect(policy).not.toContain('unsafe-eval');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/assets/none.js')).status).toBe(404);
  });
});
