import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { removePartialFiles, writeFileAtomically } from '../src/atomic-write.js';
import { fileHandles } from './file-handles.js';
import { temporaryFolder } from './sample.js';

const text = (value: string) => Buffer.from(value);

afterEach(() => void vi.restoreAllMocks());

describe('an atomic write', () => {
  it('replaces a file by its chunks, one after another, and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'old and longer');
    await writeFileAtomically(join(folder, 'file'), [text('one '), text('two')]);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('one two');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves the old file, and no partial one, if the disk refuses the new content', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'old');
    vi.spyOn(await fileHandles(), 'sync').mockRejectedValue(new Error('the disk is full'));
    await expect(writeFileAtomically(join(folder, 'file'), [text('new')])).rejects.toThrow('the disk is full');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves no partial file if the name belongs to a folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'file'));
    await expect(writeFileAtomically(join(folder, 'file'), [text('new')])).rejects.toThrow(/EISDIR|EEXIST|EPERM/);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.skipIf(process.platform === 'win32')('flushes the file before it has its name, and the folder after', async () => {
    const folder = await temporaryFolder();
    const flushed: string[][] = [];
    const handles = await fileHandles();
    const { sync } = handles;
    vi.spyOn(handles, 'sync').mockImplementation(async function (this: typeof handles) {
      const kind = (await this.stat()).isDirectory() ? 'folder' : 'file';
      flushed.push([kind, ...(await readdir(folder)).map((name) => name.replace(/[0-9a-f]{12}/, '*'))]);
      return sync.call(this);
    });
    await writeFileAtomically(join(folder, 'name'), [text('content')]);
    expect(flushed).toEqual([
      ['file', '.name.*.partial'],
      ['folder', 'name'],
    ]);
  });
});

describe('removePartialFiles', () => {
  it('removes what an interrupted write has left, and nothing else', async () => {
    const folder = await temporaryFolder();
    const others = ['.lock.0123456789.partial', '.partial', 'run.json', 'run.json.0123456789ab.partial'];
    for (const name of ['.run.json.0123456789ab.partial', ...others]) await writeFile(join(folder, name), '');
    await removePartialFiles(folder);
    expect((await readdir(folder)).toSorted()).toEqual(others);
  });
});
