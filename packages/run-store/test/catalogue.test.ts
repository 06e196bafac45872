import { appendFile, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../src/catalogue/catalogue.js';
import { changeLabels } from '../src/labels.js';
import { createRun } from '../src/run-writer.js';
import { removeRun, restoreRun } from '../src/trash.js';
import { sampleEpoch, sampleRun, temporaryFolder } from './sample.js';

/** A run that has ended after some epochs. */
async function endedRun(runs: string, id: string, epochs = 1): Promise<void> {
  const writer = await createRun(runs, sampleRun(id));
  for (let epoch = 1; epoch <= epochs; epoch += 1) writer.appendEpoch(sampleEpoch(epoch, { trainLoss: 1 / epoch }));
  writer.setStatus('finished');
  await writer.close();
}

/** Many runs at little cost: the files of one, under other names. */
async function manyRuns(runs: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const folder = join(runs, `run-${String(index).padStart(4, '0')}`);
    await mkdir(folder, { recursive: true });
    const run = { ...sampleRun(), status: 'finished' };
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...run, config: { ...run.config, seed: index } }));
    await writeFile(join(folder, 'epochs.jsonl'), '');
  }
}

const idsOf = (catalogue: ReturnType<typeof createCatalogue>) =>
  catalogue
    .rows()
    .map(({ id }) => id)
    .sort();

describe('a catalogue', () => {
  it('has of each run its settings, its last numbers and a thinned curve', async () => {
    const runs = await temporaryFolder();
    await endedRun(runs, 'long', 100);
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    const [row] = catalogue.rows();
    expect(row).toMatchObject({
      id: 'long',
      status: 'finished',
      tags: ['one'],
      epoch: 100,
      optimizer: 'sgd',
      schedule: 'equilibrium',
      testAccuracy: 1,
      bestTestAccuracy: 1,
    });
    expect(row?.losses).toHaveLength(24);
    expect([row?.losses[0], row?.losses.at(-1)]).toEqual([1, 0.01]);
    expect(row?.losses).toEqual(row?.losses.toSorted((a, b) => b - a));
  });

  it('groups runs that differ in nothing but the seed', async () => {
    const runs = await temporaryFolder();
    for (const [id, changes] of [
      ['one', {}],
      ['two', { seed: 2 }],
      ['other', { learningRate: 0.2 }],
    ] as const)
      await (await createRun(runs, { ...sampleRun(id), config: { ...sampleRun().config, ...changes } })).close();
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    const groups = new Map(catalogue.rows().map(({ id, group }) => [id, group]));
    expect(groups.get('one')).toBe(groups.get('two'));
    expect(groups.get('one')).not.toBe(groups.get('other'));
  });

  it('notices what begins, grows, ends, is renamed, removed and restored, and says so by its version', async () => {
    const runs = await temporaryFolder();
    await endedRun(runs, 'old');
    const catalogue = createCatalogue(runs);
    await catalogue.poll();
    const versions = [catalogue.version()];
    const step = async (change: () => Promise<unknown>, expected: object) => {
      await change();
      await catalogue.poll();
      expect(
        Object.fromEntries(catalogue.rows().map(({ id, name, status, epoch }) => [id, [name, status, epoch]])),
      ).toEqual(expected);
      expect(catalogue.version()).toBeGreaterThan(versions.at(-1)!);
      versions.push(catalogue.version());
    };
    const name = sampleRun().name;
    const old = { old: [name, 'finished', 1] };
    const writer = await createRun(runs, sampleRun('new'));
    await step(() => writer.settled(), { ...old, new: [name, 'running', 0] });
    writer.appendEpoch(sampleEpoch(1));
    await step(() => writer.settled(), { ...old, new: [name, 'running', 1] });
    writer.setStatus('stopped');
    await step(() => writer.close(), { ...old, new: [name, 'stopped', 1] });
    await step(() => changeLabels(runs, 'new', { name: 'mine' }), { ...old, new: ['mine', 'stopped', 1] });
    await step(() => removeRun(runs, 'old'), { new: ['mine', 'stopped', 1] });
    await step(() => restoreRun(runs, 'old'), { ...old, new: ['mine', 'stopped', 1] });
    await catalogue.poll();
    expect(catalogue.version()).toBe(versions.at(-1));
  });

  it('names damaged folders and links, and reads them again once they have changed', async () => {
    const runs = await temporaryFolder();
    await endedRun(runs, 'whole');
    await mkdir(join(runs, 'empty'));
    await symlink(join(runs, 'whole'), join(runs, 'link'));
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    expect(idsOf(catalogue)).toEqual(['whole']);
    expect(catalogue.damaged()).toEqual(
      expect.arrayContaining([
        { id: 'empty', error: 'run empty has no run.json' },
        { id: 'link', error: expect.stringMatching(/is a link/) },
      ]),
    );
    await writeFile(join(runs, 'empty', 'run.json'), JSON.stringify({ ...sampleRun(), status: 'stopped' }));
    await catalogue.refresh();
    expect(idsOf(catalogue)).toEqual(['empty', 'whole']);
  });

  it('of a directory that is not there yet is empty', async () => {
    const catalogue = createCatalogue(join(await temporaryFolder(), 'none'));
    await catalogue.refresh();
    expect(catalogue.rows()).toEqual([]);
  });

  it('loads the newest runs first, and counts those to come', async () => {
    const runs = await temporaryFolder();
    await manyRuns(runs, 30);
    const catalogue = createCatalogue(runs);
    await catalogue.load(5);
    expect(idsOf(catalogue)).toEqual(['run-0025', 'run-0026', 'run-0027', 'run-0028', 'run-0029']);
    expect(catalogue.pending()).toBe(25);
    await catalogue.refresh();
    expect(catalogue.pending()).toBe(0);
    expect(catalogue.rows()).toHaveLength(30);
  });
});

describe('the index of many runs', () => {
  it('saves the next process from reading them, and is not believed where a folder has changed', async () => {
    const runs = await temporaryFolder();
    await manyRuns(runs, 201);
    await createCatalogue(runs).refresh();
    const index = join(runs, '.index.jsonl');
    expect((await readFile(index, 'utf8')).split('\n')).toHaveLength(202);
    // Only a process that reads nothing but the index can find this.
    await writeFile(index, (await readFile(index, 'utf8')).replaceAll('A sample <b>run</b>', 'indexed'));
    await changeLabels(runs, 'run-0007', { name: 'mine' });
    await rm(join(runs, 'run-0008'), { recursive: true });
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    expect(catalogue.rows().find(({ id }) => id === 'run-0006')?.name).toBe('indexed');
    expect(catalogue.rows().find(({ id }) => id === 'run-0007')?.name).toBe('mine');
    expect(catalogue.rows()).toHaveLength(200);
    await appendFile(
      join(runs, 'run-0009', 'epochs.jsonl'),
      `${JSON.stringify({ ...sampleEpoch(1), oFB: 'NaN', layers: {} })}\n`,
    );
    await catalogue.refresh();
    expect(catalogue.rows().find(({ id }) => id === 'run-0009')?.epoch).toBe(1);
  });

  it('is read again from the folders where it is damaged', async () => {
    const runs = await temporaryFolder();
    await manyRuns(runs, 3);
    await writeFile(join(runs, '.index.jsonl'), '{"version":1,"stamp":"x","row":{}}\n\0\0\nnull\n[1');
    await utimes(runs, 0, 0);
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    expect(catalogue.rows()).toHaveLength(3);
  });
});
