import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeLabels } from '../src/labels.js';
import { openRun } from '../src/run-reader.js';
import { createRun } from '../src/run-writer.js';
import { emptyTrash, listTrash, removeRun, restoreRun } from '../src/trash.js';
import { sampleEpoch, sampleRun, temporaryFolder } from './sample.js';

async function oneRun(id = 'sample') {
  const runs = await temporaryFolder();
  const writer = await createRun(runs, sampleRun(id));
  return { runs, writer, folder: join(runs, id) };
}

describe('labels', () => {
  it('are what a person says of a run, also while it trains, and leave run.json alone', async () => {
    const { runs, writer, folder } = await oneRun();
    const before = await readFile(join(folder, 'run.json'), 'utf8');
    const reader = await openRun(runs, 'sample');
    expect(await changeLabels(runs, 'sample', { name: 'mine', note: 'look here' })).toEqual({
      name: 'mine',
      note: 'look here',
    });
    await changeLabels(runs, 'sample', { tags: [], archived: true });
    expect(await reader.refresh()).toBe(true);
    expect(reader.run).toMatchObject({ name: 'mine', tags: [], status: 'running' });
    expect(reader.labels).toEqual({ name: 'mine', note: 'look here', tags: [], archived: true });
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe(before);
    expect(await reader.refresh()).toBe(false);
    await writer.close();
  });

  it('that are damaged hide no run and are not overwritten', async () => {
    const { runs, writer, folder } = await oneRun();
    await writer.close();
    await writeFile(join(folder, 'labels.json'), '{"tags":[""]}');
    const reader = await openRun(runs, 'sample');
    expect(reader.run.name).toBe(sampleRun().name);
    expect(reader.labels.note).toMatch(/^labels\.json: tags\.0: /);
    await expect(changeLabels(runs, 'sample', { name: 'x' })).rejects.toThrow(/^labels\.json: /);
    expect(await readFile(join(folder, 'labels.json'), 'utf8')).toBe('{"tags":[""]}');
  });

  it('are never written behind a link', async () => {
    const { runs, writer, folder } = await oneRun();
    await writer.close();
    const foreign = join(await temporaryFolder(), 'file');
    await writeFile(foreign, '{}');
    await symlink(foreign, join(folder, 'labels.json'));
    await expect(changeLabels(runs, 'sample', { name: 'x' })).rejects.toThrow(/labels\.json can't be read/);
    expect(await readFile(foreign, 'utf8')).toBe('{}');
  });
});

describe('the trash', () => {
  it('takes a run, gives it back as it was, or loses it for good', async () => {
    const { runs, writer, folder } = await oneRun();
    writer.appendEpoch(sampleEpoch(1));
    await writer.close();
    const files = await readdir(folder);
    await removeRun(runs, 'sample');
    await expect(openRun(runs, 'sample')).rejects.toThrow(/there is no run "sample"/);
    expect(await listTrash(runs)).toEqual(['sample']);
    await restoreRun(runs, 'sample');
    expect((await openRun(runs, 'sample')).lastEpoch?.epoch).toBe(1);
    expect(await readdir(folder)).toEqual(files);
    await removeRun(runs, 'sample');
    expect(await emptyTrash(runs)).toBe(1);
    expect(await listTrash(runs)).toEqual([]);
    await expect(restoreRun(runs, 'sample')).rejects.toThrow(/no run "sample" in the trash/);
  });

  it('refuses a run that trains, and one of the same id', async () => {
    const { runs, writer } = await oneRun();
    await expect(removeRun(runs, 'sample')).rejects.toThrow(/is in use by process \d+/);
    await writer.close();
    await removeRun(runs, 'sample');
    await (await createRun(runs, sampleRun())).close();
    await expect(removeRun(runs, 'sample')).rejects.toThrow(/in the trash already/);
    await expect(restoreRun(runs, 'sample')).rejects.toThrow(/there is a run sample/);
    expect((await openRun(runs, 'sample')).id).toBe('sample');
  });

  it('that is a link leads nowhere', async () => {
    const { runs, writer } = await oneRun();
    await writer.close();
    const foreign = await temporaryFolder();
    await mkdir(join(foreign, 'precious'));
    await symlink(foreign, join(runs, '.trash'));
    for (const attempt of [() => emptyTrash(runs), () => removeRun(runs, 'sample'), () => restoreRun(runs, 'precious')])
      await expect(attempt()).rejects.toThrow(/\.trash is no folder/);
    expect(await readdir(foreign)).toEqual(['precious']);
    expect((await openRun(runs, 'sample')).id).toBe('sample');
  });

  it.each(['..', '../sample', '.trash', 'a/b', ''])('never takes %j for a run', async (id) => {
    const { runs, writer } = await oneRun();
    await writer.close();
    await expect(removeRun(runs, id)).rejects.toThrow(/run id/);
    await expect(restoreRun(runs, id)).rejects.toThrow(/run id/);
    expect(await readdir(runs)).toEqual(['sample']);
  });
});
