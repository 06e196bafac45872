import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeStepBuckets, epochList, eventList, runSummary } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { slowBuckets } from '../../run-store/test/reference/buckets.js';
import {
  sampleEpoch,
  sampleRun,
  sampleSteps,
  sampleWarning,
  temporaryFolder,
  WICKED_IDS,
} from '../../run-store/test/sample.js';
import { appendEpochs, getRequest, recordRun, sendRaw, startTestServer } from './test-server.js';

/** A server over a run `mine`, which it trains. */
async function startRunServer(epochs = 3) {
  const server = await startTestServer({ controls: (id) => id === 'mine', pageDirectory: await temporaryFolder() });
  const writer = await recordRun(server.runsDirectory, 'mine', epochs);
  const getJson = async (path: string): Promise<unknown> => (await server.get(path)).json();
  return { ...server, writer, getJson };
}

describe('the API', () => {
  it('reports whether this process trains a run', async () => {
    const { getJson, runsDirectory } = await startRunServer();
    await recordRun(runsDirectory, 'other', 0);
    const [mine, other] = await Promise.all(['mine', 'other'].map((id) => getJson(`/api/runs/${id}`)));
    expect(runSummary.parse(mine)).toMatchObject({
      controllable: true,
      lastEpoch: sampleEpoch(3),
      bestTestAccuracy: 0.903,
    });
    expect(runSummary.parse(other)).toMatchObject({ controllable: false, lastEpoch: null, bestTestAccuracy: null });
  });

  it('sends a run, and its epochs and events from a given index on', async () => {
    const { getJson, writer } = await startRunServer();
    expect(runSummary.parse(await getJson('/api/runs/mine')).run).toEqual(sampleRun('mine'));
    expect(epochList.parse(await getJson('/api/runs/mine/epochs'))).toEqual({
      from: 0,
      records: [sampleEpoch(1), sampleEpoch(2), sampleEpoch(3)],
      skipped: 0,
    });
    expect(epochList.parse(await getJson('/api/runs/mine/epochs?from=2')).records).toEqual([sampleEpoch(3)]);
    expect(epochList.parse(await getJson('/api/runs/mine/epochs?from=99')).records).toEqual([]);
    expect(eventList.parse(await getJson('/api/runs/mine/events?from=1'))).toEqual({
      from: 1,
      records: [sampleWarning(8), sampleWarning(12)],
      skipped: 0,
    });
    appendEpochs(writer, 4, 4);
    await writer.settled();
    expect(epochList.parse(await getJson('/api/runs/mine/epochs?from=3')).records).toEqual([sampleEpoch(4)]);
  });

  it('summarizes steps in buckets, with NaN and infinities', async () => {
    const { get, writer } = await startRunServer(25);
    writer.appendSteps(new Float32Array([NaN, Infinity, 1, 2, -Infinity, 3]));
    await writer.settled();
    const values = new Float32Array([...sampleSteps(0, 100), NaN, Infinity, 1, 2, -Infinity, 3]);
    const buckets = async (query: string) =>
      decodeStepBuckets(await (await get(`/api/runs/mine/steps?${query}`)).arrayBuffer());
    const found = await buckets('from=10&buckets=9');
    const expected = slowBuckets(values, ['loss', 'oL', 'oR'], 10, 102, 9);
    expect({ ...found, columns: null }).toEqual({ ...expected, columns: null });
    for (const name of ['loss', 'oL', 'oR'])
      for (const part of ['min', 'max', 'mean'] as const)
        expect(found.columns[name]?.[part]).toEqual(Float32Array.from(expected.columns[name]?.[part] ?? []));
    const one = await buckets('from=3&to=5');
    expect(one).toMatchObject({ from: 3, to: 5, width: 1 });
    expect(one.columns['loss']?.mean).toEqual(Float32Array.of(3, 4));
    expect(await buckets('from=5000')).toMatchObject({ from: 102, to: 102 });
  });

  it.each([
    ['/api/runs?x=1', /x/],
    ['/api/runs?limit=0', /^limit/],
    ['/api/runs?limit=501', /^limit/],
    ['/api/runs?sort=size', /^there is no field "size"/],
    ['/api/runs?filter=(a', /^the filter is not complete/],
    ['/api/run-groups?sort=name', /sort/],
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
  ])('rejects the query of %s, naming the parameter', async (path, error) => {
    const { get } = await startRunServer();
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(error) });
  });

  it.each([...WICKED_IDS, 'none', '__proto__', 'outside'].filter((id) => id !== ''))(
    'finds no run %j on any route, and reveals no path',
    async (id) => {
      const { port, runsDirectory, errors } = await startRunServer();
      await symlink(join(runsDirectory, 'mine'), join(runsDirectory, 'outside'));
      for (const route of ['', '/epochs', '/events', '/steps']) {
        // Encoded, encoded twice, and as it is. Over TCP, because fetch would normalize the URL.
        const encoded = encodeURIComponent(id);
        for (const spelling of [encoded, encodeURIComponent(encoded), id.replace(/[\s\0]/g, '+')]) {
          const request = getRequest(`/api/runs/${spelling}${route}`, `Host: 127.0.0.1:${port}\r\n`);
          const answer = await sendRaw(port, request);
          expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
          expect(answer).not.toContain(runsDirectory);
        }
      }
      expect(errors).toEqual([]);
    },
  );

  it('does not follow a link that has replaced the folder of a run it has read before', async () => {
    const { get, runsDirectory } = await startRunServer();
    expect((await get('/api/runs/mine/epochs')).status).toBe(200);
    const elsewhere = join(await temporaryFolder(), 'elsewhere');
    await rename(join(runsDirectory, 'mine'), elsewhere);
    await symlink(elsewhere, join(runsDirectory, 'mine'));
    for (const route of ['', '/epochs', '/events', '/steps']) {
      const answer = await get(`/api/runs/mine${route}`);
      expect([answer.status, await answer.json()]).toEqual([404, { error: 'run "mine" is a link, not a folder' }]);
    }
  });

  it('is read-only but for what is said of runs', async () => {
    const { get } = await startRunServer();
    for (const [method, path] of [
      ['POST', '/api/runs/mine'],
      ['PUT', '/api/runs/mine'],
      ['PATCH', '/api/runs/mine/epochs'],
      ['DELETE', '/api/runs/mine/steps'],
      ['POST', '/api/runs'],
      ['DELETE', '/api/runs'],
      ['DELETE', '/api/figures/fig1a'],
    ])
      expect((await get(path!, { method: method! })).status).toBe(405);
  });

  it('reveals no stack, no path and no software in its errors', async () => {
    const { get, port, runsDirectory } = await startRunServer();
    const answers = [
      await get('/api/nothing'),
      await get('/api/runs/mine/nothing'),
      await get('/api/%E0%A4%A'),
      await get('/assets/none.js'),
      await get('/assets/%2e%2e%2f%2e%2e%2fpackage.json'),
    ];
    for (const answer of answers) {
      const { status, headers } = answer;
      const text = await answer.text();
      expect([400, 403, 404]).toContain(status);
      expect(text).not.toMatch(/ at |node_modules|\/work|\/home|\/tmp/);
      expect(text).not.toContain(runsDirectory);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await sendRaw(port, 'NONSENSE\r\n\r\n')).startsWith('HTTP/1.1 400')).toBe(true);
  });

  it('reports its own errors to its owner, and not to the client', async () => {
    const broken = await startTestServer({
      controls: () => {
        throw new Error('a bug');
      },
    });
    await recordRun(broken.runsDirectory, 'any', 1);
    const answer = await broken.get('/api/runs/any');
    expect([answer.status, await answer.json()]).toEqual([500, { error: 'the server failed' }]);
    expect(String(broken.errors[0])).toContain('a bug');
  });
});

describe('a folder that is none', () => {
  it('is refused at the start, with what was expected and found, and what to do', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    for (const [options, holds] of [
      [{ runsDirectory: file }, 'runs'],
      [{ resultsDirectory: file }, 'figures'],
    ] as const)
      await expect(startTestServer(options)).rejects.toThrow(
        `${file} is a file, a folder of ${holds} was expected: name another one, or move it away`,
      );
  });

  it('may become one later: the answer says so, without its path, and is right again afterwards', async () => {
    const folder = await temporaryFolder();
    const [runsDirectory, resultsDirectory] = [join(folder, 'runs'), join(folder, 'results')];
    const { get, errors } = await startTestServer({ runsDirectory, resultsDirectory });
    const answers = async () =>
      Promise.all(
        ['runs', 'figures', 'figures/fig1a', 'runs/x'].map(async (path) => {
          const answer = await get(`/api/${path}`);
          return [path, answer.status, await answer.json()];
        }),
      );
    await writeFile(runsDirectory, '');
    await writeFile(resultsDirectory, '');
    expect(await answers()).toEqual([
      ['runs', 404, { error: 'the folder of runs cannot be read' }],
      ['figures', 404, { error: 'the folder of figures is not a folder' }],
      ['figures/fig1a', 404, { error: 'the folder of figures is not a folder' }],
      ['runs/x', 404, { error: 'there is no run "x"' }],
    ]);
    await rm(runsDirectory);
    await rm(resultsDirectory);
    expect(await answers()).toMatchObject([
      ['runs', 200, { rows: [], all: 0, damaged: [] }],
      ['figures', 200, { figures: [], damaged: [] }],
      ['figures/fig1a', 404, {}],
      ['runs/x', 404, {}],
    ]);
    expect(errors).toEqual([]);
  });
});
