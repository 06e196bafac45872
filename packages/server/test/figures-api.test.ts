import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figureList, figureRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder, WICKED_IDS } from '../../run-store/test/sample.js';
import { sampleFigure } from './sample-figure.js';
import { getRequest, sendRaw, startTestServer } from './test-server.js';

const figureJson = (id: string): string => JSON.stringify(z.encode(figureRecord, sampleFigure(id)));

/** A server over a results folder with the figures fig1a and fig3a. */
async function startFigureServer() {
  const results = await temporaryFolder();
  await mkdir(join(results, 'runs'));
  for (const id of ['fig3a', 'fig1a']) await writeFile(join(results, `${id}.json`), figureJson(id));
  await writeFile(join(results, 'package.json'), '{}');
  return { ...(await startTestServer({ resultsDirectory: results })), results };
}

describe('the figures of the API', () => {
  it('are listed with their claims, and sent complete, with NaN and infinities', async () => {
    const { get } = await startFigureServer();
    const { figures, damaged } = figureList.parse(await (await get('/api/figures')).json());
    expect(figures.map(({ id }) => id)).toEqual(['fig1a', 'fig3a']);
    expect(figures[1]).toMatchObject({ claims: sampleFigure('fig3a').claims, jobs: { done: 3, planned: 4 } });
    expect(damaged).toEqual([]);
    expect(figureRecord.parse(await (await get('/api/figures/fig3a')).json())).toEqual(sampleFigure('fig3a'));
  });

  it('are read again when their file has changed', async () => {
    const { get, results } = await startFigureServer();
    await get('/api/figures');
    const changed = { ...sampleFigure('fig3a'), title: 'Another title', jobs: { done: 4, planned: 4 } };
    await writeFile(join(results, 'fig3a.json'), JSON.stringify(z.encode(figureRecord, changed)));
    const { figures } = figureList.parse(await (await get('/api/figures')).json());
    expect(figures.map(({ title }) => title)).toEqual(['Figure fig1a', 'Another title']);
  });

  it('are none where there is no results folder', async () => {
    const { get } = await startTestServer({ resultsDirectory: join(await temporaryFolder(), 'none') });
    expect(await (await get('/api/figures')).json()).toEqual({ figures: [], damaged: [] });
    expect((await get('/api/figures/fig3a')).status).toBe(404);
  });

  it('that are damaged are listed with the reason, and the others are still served', async () => {
    const { get, results } = await startFigureServer();
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
    'are not found under the name %j, and no path is revealed',
    async (id) => {
      const { port, results, errors } = await startFigureServer();
      const encoded = encodeURIComponent(id);
      for (const spelling of [encoded, encodeURIComponent(encoded), id.replace(/[\s\0]/g, '+')]) {
        const answer = await sendRaw(port, getRequest(`/api/figures/${spelling}`, `Host: 127.0.0.1:${port}\r\n`));
        expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
        expect(answer).not.toContain(results);
      }
      expect(errors).toEqual([]);
    },
  );

  it('are not read from outside the results folder, even if a valid figure lies there', async () => {
    const outer = await temporaryFolder();
    await mkdir(join(outer, 'results', 'runs'), { recursive: true });
    await writeFile(join(outer, 'fig1a.json'), figureJson('fig1a'));
    await writeFile(join(outer, 'results', 'runs', 'fig1b.json'), figureJson('fig1b'));
    const { get } = await startTestServer({ resultsDirectory: join(outer, 'results') });
    for (const path of ['../fig1a', 'runs/fig1b', 'runs/../../fig1a', join(outer, 'fig1a')]) {
      const answer = await get(`/api/figures/${encodeURIComponent(path)}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.json()).toEqual({ error: `${JSON.stringify(path.slice(0, 80))} is not a figure id` });
    }
  });

  it('are read-only, and take no query parameters', async () => {
    const { get } = await startFigureServer();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await get('/api/figures/fig3a', { method })).status).toBe(405);
    expect((await get('/api/figures?x=1')).status).toBe(400);
    expect((await get('/api/figures/fig3a?x=1')).status).toBe(400);
  });
});
