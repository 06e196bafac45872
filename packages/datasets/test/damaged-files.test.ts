import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { countInputs, everyFlip, everyPrefix, holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINARY_FILES } from '../src/cifar10-folder.js';
import { convertPackage } from '../src/cifar10-package.js';
import { RECORD_LENGTH } from '../src/cifar10-records.js';
import type { Dataset } from '../src/dataset.js';
import { DatasetError, loadDataset } from '../src/index.js';
import { picture, smallPackageFiles, smallRecords } from './cifar10-writer.js';
import { smallSet } from './idx-writer.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

/** The data set, whole and in range; undefined where the folder is refused with a path, in one line. */
async function outcomeOf(folder: string): Promise<Dataset | undefined> {
  try {
    const data = await loadDataset(folder);
    const size = data.imageShape.reduce((product, side) => product * side, 1);
    for (const { images, labels, count } of [data.train, data.test]) {
      expect([images.length, labels.length]).toEqual([count * size, count]);
      expect(count).toBeGreaterThan(0);
      expect(labels.every((label) => label < data.classes)).toBe(true);
      expect(new Set(images).size).toBeGreaterThan(1);
    }
    return data;
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    if (!(error instanceof DatasetError)) return undefined;
    expect(error.path.startsWith(folder)).toBe(true);
    expect(error.message).toMatch(/^.*: expected .+, found .+$/);
    return undefined;
  }
}

describe.each([
  ['plain', '', (bytes: Uint8Array) => bytes],
  ['gzipped', '.gz', (bytes: Uint8Array) => gzipSync(bytes)],
])('a folder of %s IDX files', (_, ending, pack) => {
  const files = Object.entries(smallSet()).map(([name, bytes]) => [`${name}${ending}`, pack(bytes)] as const);

  it.each(files)('is refused if its %s is cut anywhere', async (name, bytes) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, Object.fromEntries(files));
    expect(await outcomeOf(folder)).toBeDefined();
    for (const cut of everyPrefix(bytes)) {
      await writeFile(join(folder, name), cut);
      expect(await outcomeOf(folder), `${cut.length} bytes`).toBeUndefined();
    }
  });

  it.each(files)('is refused or whole, whichever byte of its %s is another', async (name, bytes) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, Object.fromEntries(files));
    for (const mask of [0x01, 0x80])
      for (const flipped of everyFlip(bytes, mask)) {
        await writeFile(join(folder, name), flipped);
        const data = await outcomeOf(folder);
        if (data) expect([data.train.count, data.test.count, ...data.imageShape]).toEqual([7, 3, 2, 3]);
      }
  });

  it('is refused or whole, whatever bytes it holds', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, Object.fromEntries(files));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((rest) => Buffer.concat([Uint8Array.of(0, 0, 8, 3), rest])),
      fc.uint8Array({ maxLength: 200 }).map((rest) => pack(rest)),
    );
    await holdsFor(fc.tuple(fc.constantFrom(...files), bytes), 200, async ([[name, whole], content]) => {
      await writeFile(join(folder, name), content);
      await outcomeOf(folder);
      await writeFile(join(folder, name), whole);
    });
  });
});

describe('a folder of CIFAR-10', () => {
  const files = smallRecords();

  it('is refused if a file of one record is cut anywhere', async () => {
    const folder = await temporaryFolder();
    const name = 'data_batch_1.bin';
    await writeFiles(folder, { ...files, [name]: files[name].subarray(0, RECORD_LENGTH) });
    expect((await outcomeOf(folder))?.train.count).toBe(9);
    countInputs(RECORD_LENGTH);
    for (let size = RECORD_LENGTH - 1; size >= 0; size--) {
      await truncate(join(folder, name), size);
      expect(await outcomeOf(folder), `${size} bytes`).toBeUndefined();
    }
  });

  it('is refused or whole, whichever byte is another', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    const byte = fc.record({
      name: fc.constantFrom(...BINARY_FILES),
      label: fc.boolean(),
      offset: fc.nat(6145),
      value: fc.nat(255),
    });
    await holdsFor(byte, 300, async ({ name, label, offset, value }) => {
      const changed = Uint8Array.from(files[name]);
      changed[label ? RECORD_LENGTH * (offset % 2) : offset] = value;
      await writeFile(join(folder, name), changed);
      const data = await outcomeOf(folder);
      expect(data !== undefined).toBe(changed[0]! < 10 && changed[RECORD_LENGTH]! < 10);
      await writeFile(join(folder, name), files[name]);
    });
  });

  it('is refused if a file was given its length and never filled', async () => {
    const folder = await temporaryFolder();
    for (const name of BINARY_FILES) {
      await writeFiles(folder, { ...files, [name]: new Uint8Array(2 * RECORD_LENGTH) });
      await expect(loadDataset(folder)).rejects.toMatchObject({
        path: join(folder, name),
        expected: 'pixels that differ',
        found: 'the same value in all of them',
      });
    }
  });
});

describe('a package of CIFAR-10', () => {
  // Small enough for every byte: a picture of one image.
  const image = picture(Uint8Array.from({ length: 3072 }, (_, index) => index % 7));
  const damagedFiles = {
    'data_batch_1.png': image,
    'train_lables.json': Buffer.from(String(smallPackageFiles()['train_lables.json'])),
  };

  it.each(Object.entries(damagedFiles))('is refused if its %s is cut or changed anywhere', async (name, bytes) => {
    const folder = await temporaryFolder();
    for (const damaged of [...everyPrefix(bytes), ...everyFlip(bytes, 0x08)]) {
      // What is converted is removed. The second picture is missing, so that no package is whole.
      await writeFiles(folder, { ...damagedFiles, [name]: damaged });
      const error: unknown = await convertPackage(folder, 'advice', () => undefined).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DatasetError);
      if (name === 'data_batch_1.png') expect((error as DatasetError).path).toBe(join(folder, name));
    }
  });
});
