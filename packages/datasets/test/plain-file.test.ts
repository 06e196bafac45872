import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInto, verifyFile, withPlainFile } from '../src/plain-file.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

describe('readInto', () => {
  it('fills the bytes from the beginning of the file', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFiles(join(path, '..'), { file: 'abcdef' });
    const bytes = new Uint8Array(4);
    await withPlainFile(path, 'letters', async (file) => readInto(file, bytes, path));
    expect(Buffer.from(bytes).toString()).toBe('abcd');
  });

  it('throws when the file shrinks while it is read', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFiles(join(path, '..'), { file: 'abcdef' });
    const shrinking = withPlainFile(path, 'letters', async (file, size) => {
      const writer = await open(path, 'r+');
      await writer.truncate(2);
      await writer.close();
      await readInto(file, new Uint8Array(size), path);
    });
    await expect(shrinking).rejects.toMatchObject({
      name: 'DatasetError',
      path,
      expected: '6 bytes',
      found: '2: the file shrank while it was read',
    });
  });
});

describe('withPlainFile', () => {
  it('closes the file when the callback throws, and passes a bug on as it is', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFiles(join(path, '..'), { file: 'abc' });
    const bug = new TypeError('a bug');
    let opened: { readonly fd: number } = { fd: NaN };
    const used = withPlainFile(path, 'letters', async (file) => {
      opened = file;
      throw bug;
    });
    await expect(used).rejects.toBe(bug);
    // Node sets the descriptor of a closed file to -1.
    expect(opened.fd).toBe(-1);
  });
});

describe('verifyFile', () => {
  it('accepts a file with the expected SHA-256 and throws for any other', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { abc: 'abc', abd: 'abd' });
    // FIPS 180-2, appendix B.1
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    await verifyFile(join(folder, 'abc'), sha256, 'do this');
    await expect(verifyFile(join(folder, 'abd'), sha256, 'do this')).rejects.toMatchObject({
      path: join(folder, 'abd'),
      expected: `SHA-256 ${sha256}`,
      advice: 'do this',
    });
    await expect(verifyFile(join(folder, 'absent'), sha256, 'do this')).rejects.toMatchObject({
      found: 'nothing there',
    });
  });
});
