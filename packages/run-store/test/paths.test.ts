import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../src/run-list.js';
import { locateRun, openRunFile, newRunPath } from '../src/paths.js';
import { openRun } from '../src/run-reader.js';
import { createRun } from '../src/run-writer.js';
import { sampleRun, temporaryFolder, WICKED_IDS } from './sample.js';

describe('the path of a run', () => {
  it.each(WICKED_IDS)('is not given for %j, which is not a run id', async (id) => {
    const runs = await temporaryFolder();
    await (await createRun(runs, sampleRun())).close();
    await expect(locateRun(runs, id)).rejects.toThrow(/is not a run id$/);
    expect(() => newRunPath(runs, id)).toThrow(/is not a run id$/);
  });

  it.each(['__proto__', 'constructor', 'CON', 'sample2'])(
    'is not given for %j, which does not exist, and the message names no path',
    async (id) => {
      await expect(locateRun(await temporaryFolder(), id)).rejects.toThrow(`there is no run "${id}"`);
    },
  );

  it('is not given for a folder that is a symbolic link, to the outside or not', async () => {
    const directory = await temporaryFolder();
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

  it('may lead through a link to the runs directory itself', async () => {
    const directory = await temporaryFolder();
    await (await createRun(join(directory, 'real'), sampleRun())).close();
    await symlink(join(directory, 'real'), join(directory, 'linked'));
    expect((await openRun(join(directory, 'linked'), 'sample')).run.name).toBe('A sample <b>run</b>');
  });

  it('is not opened for reading if it is a symbolic link, a folder or a pipe', async () => {
    const folder = await temporaryFolder();
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
