import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../src/run-list.js';
import { locateRun, openRunFile, placeRun } from '../src/paths.js';
import { openRun } from '../src/run-reader.js';
import { createRun } from '../src/run-writer.js';
import { sampleRun, scratch, WICKED_IDS } from './sample.js';

describe('the way from an id to a path', () => {
  it.each(WICKED_IDS)('refuses %j', async (id) => {
    const runs = await scratch();
    await (await createRun(runs, sampleRun())).close();
    await expect(locateRun(runs, id)).rejects.toThrow(/is not a run id$/);
    expect(() => placeRun(runs, id)).toThrow(/is not a run id$/);
  });

  it.each(['__proto__', 'constructor', 'CON', 'sample2'])('finds no run %j, and names no path', async (id) => {
    await expect(locateRun(await scratch(), id)).rejects.toThrow(`there is no run "${id}"`);
  });

  it('refuses a folder that is a link, out or not', async () => {
    const directory = await scratch();
    const runs = join(directory, 'runs');
    const writer = await createRun(runs, sampleRun());
    await writer.close();
    await (await createRun(join(directory, 'outside'), sampleRun('secret'))).close();
    await symlink(join(directory, 'outside', 'secret'), join(runs, 'out'));
    await symlink(writer.folder, join(runs, 'in'));
    for (const id of ['out', 'in']) {
      await expect(openRun(runs, id)).rejects.toThrow(`run "${id}" is a link, not a folder`);
    }
    expect((await listRuns(runs)).damaged.map(({ id }) => id).sort()).toEqual(['in', 'out']);
  });

  it('follows the runs directory itself, which its owner may link', async () => {
    const directory = await scratch();
    await (await createRun(join(directory, 'real'), sampleRun())).close();
    await symlink(join(directory, 'real'), join(directory, 'linked'));
    expect((await openRun(join(directory, 'linked'), 'sample')).run.name).toBe('A sample <b>run</b>');
  });

  it('opens no link, folder or pipe in a run', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'real'), 'x');
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await mkdir(join(folder, 'folder'));
    await expect(openRunFile(folder, 'link')).rejects.toThrow("link can't be read (ELOOP)");
    await expect(openRunFile(folder, 'folder')).rejects.toThrow('folder is not a regular file');
    expect(await openRunFile(folder, 'none')).toBeUndefined();
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      await expect(openRunFile(folder, 'pipe')).rejects.toThrow('pipe is not a regular file');
    }
  });
});
