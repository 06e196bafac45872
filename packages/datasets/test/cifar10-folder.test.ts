import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toRecords } from '../src/cifar10-records.js';
import { DatasetError, loadDataset } from '../src/index.js';
import { COUNT, IMAGE, labelOf, smallImages, smallRecords } from './cifar10-writer.js';
import { temporaryFolder, writeFiles, type Files } from './temporary-folder.js';

const RECORD = 1 + IMAGE;

describe('loadDataset, given a folder of the binary version of CIFAR-10,', () => {
  it.each(['.', 'cifar-10-batches-bin'])('loads the files in %s', async (inner) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, inner), { recursive: true });
    await writeFiles(join(folder, inner), { ...smallRecords(), 'batches.meta.txt': 'airplane\n', 'readme.html': '' });
    const { name, train, test, imageShape, classes, normalization } = await loadDataset(folder);
    expect([name, classes, ...imageShape]).toEqual([folder, 10, 32, 32, 3]);
    expect([train.count, test.count]).toEqual([5 * COUNT, COUNT]);
    expect(Buffer.compare(train.images, smallImages(0, 5 * COUNT))).toBe(0);
    expect(Buffer.compare(test.images, smallImages(5 * COUNT, COUNT))).toBe(0);
    expect([...train.labels, ...test.labels]).toEqual(Array.from({ length: 6 * COUNT }, (_, image) => labelOf(image)));
    // (byte / 255 - 0.5) * 2, appendix B.2
    expect(normalization).toEqual({ mean: 0.5, deviation: 0.5 });
  });

  it('loads files of different lengths', async () => {
    const folder = await temporaryFolder();
    const first = smallRecords()['data_batch_1.bin'];
    await writeFiles(folder, { ...smallRecords(), 'data_batch_3.bin': Buffer.concat([first, first]) });
    const { train } = await loadDataset(folder);
    expect(train.count).toBe(6 * COUNT);
    expect([...train.labels.subarray(2 * COUNT, 4 * COUNT)]).toEqual([3, 0, 3, 0]);
  });
});

describe('toRecords', () => {
  it('writes the records of the binary version', () => {
    const records = toRecords(Uint8Array.of(labelOf(0), labelOf(1)), smallImages(0, 2));
    expect(Buffer.compare(records, smallRecords()['data_batch_1.bin'])).toBe(0);
  });
});

const FILE = 'data_batch_2.bin';
const good = smallRecords()[FILE];
const without = (name: string): Files =>
  Object.fromEntries(Object.entries(smallRecords()).filter(([other]) => other !== name));
const withLabel = (record: number, label: number) => {
  const copy = Uint8Array.from(good);
  copy[record * RECORD] = label;
  return copy;
};

describe('loadDataset refuses a folder of CIFAR-10 with', () => {
  it.each<[string, Uint8Array | string, string, string]>([
    ['an empty file', '', 'records of 3073 bytes', 'an empty file'],
    ['a file cut by one byte', good.subarray(0, -1), 'records of 3073 bytes', '6145 bytes'],
    ['a file one byte too long', Buffer.concat([good, good.subarray(0, 1)]), 'records of 3073 bytes', '6147 bytes'],
    ['an HTML page', '<!DOCTYPE html><html>404', 'records of 3073 bytes', '24 bytes, an HTML page'],
    ['a gzip stream', Uint8Array.of(0x1f, 0x8b, 8, 0), 'records of 3073 bytes', '4 bytes, a gzip stream'],
    ['records of CIFAR-100', new Uint8Array(2 * 3074), 'records of 3073 bytes', '6148 bytes'],
    ['a zip archive as long as records', `PK\x03\x04${'x'.repeat(RECORD - 4)}`, 'labels 0 to 9', 'label 80 at index 0'],
    ['a label out of range', withLabel(1, 10), 'labels 0 to 9', 'label 10 at index 1'],
  ])('%s', async (_, content, expected, found) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...smallRecords(), [FILE]: content });
    const error: unknown = await loadDataset(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    if (!(error instanceof DatasetError)) return;
    expect(error.path).toBe(join(folder, FILE));
    expect(error.expected).toContain(expected);
    expect(error.found).toContain(found);
    expect(error.message).toContain('; download and unpack the binary version of CIFAR-10: https://');
    expect(error.message).not.toContain('\n');
  });

  it.each<[string, Files, string, string]>([
    ['a file missing', without(FILE), FILE, 'a folder with data_batch_1.bin, data_batch_3.bin, '],
    ['no test images', without('test_batch.bin'), 'test_batch.bin', 'a folder with data_batch_1.bin, '],
    ['the Python version', { data_batch_1: 'x', test_batch: 'x' }, 'data_batch_1.bin', 'a folder with data_batch_1, '],
    [
      'the archive, not unpacked',
      { 'cifar-10-binary.tar.gz': 'x' },
      'data_batch_1.bin',
      'a folder with cifar-10-binary.tar.gz',
    ],
  ])('%s', async (_, files, path, found) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    await expect(loadDataset(folder)).rejects.toMatchObject({
      path: join(folder, path),
      found: expect.stringContaining(found),
      advice: expect.stringContaining('cifar-10-binary.tar.gz'),
    });
  });

  it('a folder where a file should be', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, without(FILE));
    await mkdir(join(folder, FILE));
    await expect(loadDataset(folder)).rejects.toMatchObject({ path: join(folder, FILE), found: 'a folder' });
  });
});
