import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../src/atomic-folder.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

describe('createFolder', () => {
  it('shows the folder under its name only once it is filled', async () => {
    const parent = join(await temporaryFolder(), 'not', 'there');
    const target = join(parent, 'data');
    await createFolder(target, async (folder) => {
      await writeFiles(folder, { file: 'text' });
      expect(await readdir(parent)).toEqual([expect.stringMatching(/^\.data\./)]);
    });
    expect(await readdir(parent)).toEqual(['data']);
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('text');
  });

  it('leaves nothing behind when filling it fails', async () => {
    const parent = await temporaryFolder();
    const failure = new Error('no space');
    const created = createFolder(join(parent, 'data'), async (folder) => {
      await writeFiles(folder, { half: 'te' });
      throw failure;
    });
    await expect(created).rejects.toBe(failure);
    expect(await readdir(parent)).toEqual([]);
  });

  it('keeps the folder that another process has created in the meantime', async () => {
    const parent = await temporaryFolder();
    const target = join(parent, 'data');
    await createFolder(target, async (folder) => {
      await writeFiles(folder, { file: 'mine' });
      await mkdir(target);
      await writeFiles(target, { file: 'theirs' });
    });
    expect(await readdir(parent)).toEqual(['data']);
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('theirs');
  });

  it('throws when a file has its name', async () => {
    const parent = await temporaryFolder();
    await writeFiles(parent, { data: 'a file' });
    await expect(createFolder(join(parent, 'data'), async () => undefined)).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await readdir(parent)).toEqual(['data']);
  });
});
