import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DATASET_NAMES, DatasetError, loadDataset } from '../src/index.js';
import { idx, smallSet } from './idx-writer.js';
import { temporaryFolder, writeFiles, type Files } from './temporary-folder.js';

const renamed = (rename: (name: string) => string, convert = (content: Uint8Array) => content): Files =>
  Object.fromEntries(Object.entries(smallSet()).map(([name, content]) => [rename(name), convert(content)]));

describe('loadDataset, given a folder of IDX files,', () => {
  it.each<[string, Files]>([
    ['plain', smallSet()],
    ['gzipped', renamed((name) => `${name}.gz`, gzipSync)],
    ['gzipped, though not named .gz', renamed((name) => name, gzipSync)],
    ['plain, though named .gz', renamed((name) => `${name}.gz`)],
    [
      'plain and gzipped, taking the plain ones',
      {
        ...smallSet(),
        ...renamed(
          (name) => `${name}.gz`,
          () => new Uint8Array(3),
        ),
      },
    ],
    ['named with dots', renamed((name) => name.replace('-idx', '.idx'))],
    ['named with a prefix', renamed((name) => `emnist-mnist-${name}`)],
    ['named test, in capitals', renamed((name) => name.replace('t10k', 'test').toUpperCase())],
    [
      'in several gzip members',
      renamed(
        (name) => `${name}.gz`,
        (bytes) => {
          return Buffer.concat([gzipSync(bytes.subarray(0, 5)), gzipSync(bytes.subarray(5))]);
        },
      ),
    ],
  ])('loads it when they are %s', async (_, files) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    const { name, train, test, imageShape, normalization } = await loadDataset(folder);
    expect(name).toBe(folder);
    expect([train.count, test.count, ...imageShape]).toEqual([7, 3, 2, 3]);
    expect([...train.images]).toEqual(Array.from({ length: 42 }, (_, index) => (index * 37) % 256));
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 9]);
    expect([...test.images]).toEqual(Array.from({ length: 18 }, (_, index) => 255 - index));
    expect([...test.labels]).toEqual([9, 0, 5]);
    expect(normalization.deviation).toBeGreaterThan(0);
  });
});

const IMAGES = 'train-images-idx3-ubyte';
const LABELS = 'train-labels-idx1-ubyte';
const TEST_IMAGES = 't10k-images-idx3-ubyte';
const good = smallSet()[IMAGES]!;
const packed = gzipSync(good);
const without = (name: string) => Object.fromEntries(Object.entries(smallSet()).filter(([other]) => other !== name));
const changed = (bytes: Uint8Array, at: number, value: number) => {
  const copy = Uint8Array.from(bytes);
  copy[at] = value;
  return copy;
};

describe('loadDataset refuses a folder of IDX files with', () => {
  it.each<[string, string, Uint8Array | string, string, string]>([
    ['an empty file', IMAGES, '', 'an IDX file of unsigned bytes with 3 dimensions', 'an empty file'],
    ['an HTML page', IMAGES, '<!DOCTYPE html><html><body>404', 'an IDX file', 'an HTML page'],
    ['XML', IMAGES, '<?xml version="1.0"?><Error/>', 'an IDX file', 'markup'],
    ['text for labels', LABELS, '5 0 4 1 9', 'an IDX file', 'text'],
    [
      'a Git LFS pointer',
      IMAGES,
      'version https://git-lfs.github.com/spec/v1\noid',
      'an IDX file',
      'a Git LFS pointer',
    ],
    ['a zip archive', IMAGES, 'PK\x03\x04\x14\x00', 'an IDX file', 'a zip archive'],
    ['a gzipped HTML page', IMAGES, gzipSync('<html>'), 'an IDX file', 'an HTML page'],
    ['a gzip stream of nothing', IMAGES, gzipSync(''), 'an IDX file', 'an empty file'],
    ['a gzip stream in a gzip stream', IMAGES, gzipSync(packed), 'an IDX file', 'a gzip stream'],
    ['a wrong magic number', IMAGES, changed(good, 0, 1), 'an IDX file', 'the bytes 01 00 08 03'],
    ['floats', IMAGES, changed(good, 2, 0x0d), 'of unsigned bytes', 'an IDX file of 32-bit floats'],
    ['an unknown element type', IMAGES, changed(good, 2, 0x77), 'of unsigned bytes', 'the bytes 00 00 77 03'],
    ['labels for images', IMAGES, smallSet()[LABELS]!, 'with 3 dimensions', 'an IDX file with 1 dimension'],
    ['images for labels', LABELS, good, 'with 1 dimension', 'an IDX file with 3 dimensions'],
    ['only three bytes', IMAGES, good.subarray(0, 3), 'an IDX file', 'the bytes 00 00 08'],
    [
      'a file cut in its header',
      IMAGES,
      good.subarray(0, 10),
      'an IDX file',
      'only 10 bytes, fewer than its header has',
    ],
    ['a file cut by one byte', IMAGES, good.subarray(0, -1), '58 bytes for 7 x 2 x 3 values', '57 bytes'],
    ['a file one byte too long', IMAGES, Buffer.concat([good, good.subarray(0, 1)]), '58 bytes', '59 bytes'],
    ['a count too high', IMAGES, changed(good, 7, 8), '64 bytes for 8 x 2 x 3 values', '58 bytes'],
    ['a count too low', IMAGES, changed(good, 7, 6), '52 bytes for 6 x 2 x 3 values', '58 bytes'],
    ['a count of four billion', IMAGES, changed(good, 4, 255), 'values', '58 bytes'],
    ['no images', IMAGES, idx([0, 2, 3], []), 'an IDX file', 'one of 0 x 2 x 3 values'],
    ['images of no width', IMAGES, idx([7, 2, 0], []), 'an IDX file', 'one of 7 x 2 x 0 values'],
    ['a gzip stream cut at its end', IMAGES, packed.subarray(0, -12), 'a whole gzip stream', 'a damaged one'],
    ['a gzip stream cut in its header', IMAGES, packed.subarray(0, 5), 'an IDX file', 'an empty file'],
    [
      'a gzip stream with a wrong checksum',
      IMAGES,
      changed(packed, packed.length - 6, 1),
      'a whole gzip stream',
      'a damaged one',
    ],
    [
      'a gzip stream followed by text',
      IMAGES,
      Buffer.concat([packed, Buffer.from('tail')]),
      'a whole gzip stream',
      'a damaged one',
    ],
    [
      'a gzip stream followed by zeros',
      IMAGES,
      Buffer.concat([packed, Buffer.alloc(3)]),
      'stream of 58 bytes',
      '3 more bytes after its end',
    ],
    [
      'a gzip stream of one byte too many',
      IMAGES,
      gzipSync(Buffer.concat([good, good.subarray(0, 1)])),
      '58 bytes',
      'more bytes',
    ],
    ['a gzip stream of one byte too few', IMAGES, gzipSync(good.subarray(0, -1)), '58 bytes', '57 bytes'],
    [
      'a gzip stream whose header promises gigabytes',
      IMAGES,
      gzipSync(changed(good, 4, 255)),
      'values',
      'bytes of gzip',
    ],
    ['fewer labels than images', LABELS, idx([6], [0, 1, 2, 3, 4, 5]), '7 labels, one for each image in', '6'],
    ['a label out of range', LABELS, idx([7], [0, 1, 2, 10, 4, 5, 6]), 'labels 0 to 9', 'label 10 at index 3'],
    ['test images of another size', TEST_IMAGES, idx([3, 3, 2], new Uint8Array(18)), 'images of 2 x 3', '3 x 2'],
    ['images of one single value', IMAGES, idx([7, 2, 3], new Uint8Array(42)), 'pixels that differ', 'the same value'],
  ])('%s', async (_, name, content, expected, found) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...smallSet(), [name]: content });
    const error: unknown = await loadDataset(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    if (!(error instanceof DatasetError)) return;
    expect(error.path).toBe(join(folder, name));
    expect(error.expected).toContain(expected);
    expect(error.found).toContain(found);
    expect(error.message).toContain(`${error.path}: expected ${error.expected}, found ${error.found}`);
    expect(error.message).not.toContain('\n');
  });

  it('a gzip stream cut at any byte', async () => {
    const folder = await temporaryFolder();
    for (let length = 0; length < packed.length; length++) {
      await writeFiles(folder, { ...smallSet(), [IMAGES]: packed.subarray(0, length) });
      await expect(loadDataset(folder), `${length} bytes`).rejects.toThrow(DatasetError);
    }
  });

  it('a file missing', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, without(LABELS));
    await expect(loadDataset(folder)).rejects.toMatchObject({
      path: join(folder, LABELS),
      found: expect.stringContaining('a folder with t10k-images-idx3-ubyte, '),
    });
  });

  it('two files of the same kind', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...smallSet(), ...renamed((name) => `letters-${name}`) });
    await expect(loadDataset(folder)).rejects.toMatchObject({ path: folder, expected: `one ${IMAGES}` });
  });

  it('a folder where a file should be', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, without(LABELS));
    await mkdir(join(folder, LABELS));
    await expect(loadDataset(folder)).rejects.toMatchObject({ path: join(folder, LABELS), found: 'a folder' });
  });

  it.skipIf(process.platform === 'win32').each([
    ['a link to a device', '/dev/zero', 'something that is not a plain file'],
    ['a link that leads back to itself', LABELS, 'a symbolic link that leads back to itself'],
    ['a link that leads nowhere', 'nowhere', 'nothing there'],
  ])('%s', async (_, target, found) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, without(LABELS));
    await symlink(target, join(folder, LABELS));
    await expect(loadDataset(folder)).rejects.toMatchObject({ path: join(folder, LABELS), found });
  });

  it('no labels among many other files', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...without(LABELS), a: '', b: '', c: '', d: '' });
    await expect(loadDataset(folder)).rejects.toMatchObject({
      path: join(folder, LABELS),
      found: expect.stringMatching(/^a folder with [^,]+(, [^,]+){4} and 2 more$/),
    });
  });
});

describe('loadDataset refuses', () => {
  it.each([
    ['an empty folder', '.', 'an empty folder'],
    ['a folder that does not exist', 'absent', 'nothing there'],
    ['a file instead of a folder', 'file', 'a file where a folder should be'],
    ['a name that no file can have', 'a\0b', 'a name that no file can have'],
    ['a very long name', 'x'.repeat(5000), 'a name too long for the file system'],
  ])('%s', async (_, name, found) => {
    const folder = await temporaryFolder();
    if (name === 'file') await writeFiles(folder, { file: 'text' });
    await expect(loadDataset(join(folder, name))).rejects.toMatchObject({ name: 'DatasetError', found });
  });

  it('an empty name, listing the names of all data sets', async () => {
    const names = DATASET_NAMES.join(', ');
    await expect(loadDataset('')).rejects.toThrow(`"": expected ${names} or a folder, found no name`);
  });
});
