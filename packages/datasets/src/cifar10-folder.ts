import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CIFAR10_SHAPE, fromRecords, IMAGE_LENGTH, RECORD_LENGTH } from './cifar10-records.js';
import { describeContent, describeFolder } from './content.js';
import { CLASSES, type Dataset, type Examples } from './dataset.js';
import { DatasetError, refuseUnreadable } from './dataset-error.js';
import { readInto, verifySha256, withPlainFile } from './plain-file.js';

/** The folder of the binary version, as it is published. */
export const BINARY_FOLDER = 'cifar-10-batches-bin';
export const TRAIN_FILES = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
] as const;
export const TEST_FILE = 'test_batch.bin';
export type BinaryFileName = (typeof TRAIN_FILES)[number] | typeof TEST_FILE;
export const BINARY_FILES: readonly BinaryFileName[] = [...TRAIN_FILES, TEST_FILE];

/** A network sees (byte / 255 - 0.5) * 2 (the paper, appendix B.2). */
const NORMALIZATION = { mean: 0.5, deviation: 0.5 };

/** How many bytes of a file that is none are looked at to say what it is. */
const START_LENGTH = 64;
const ADVICE = 'the binary version of CIFAR-10, unpacked, is wanted: www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';

/** Whether a folder with these entries seems to be meant as CIFAR-10, in whatever version. */
export function looksLikeCifar10(entries: readonly string[]): boolean {
  return entries.some((entry) => /^(data_batch_\d|test_batch)(\.bin)?$|^cifar-10-(batches|binary|python)/i.test(entry));
}

/**
 * Loads a folder that holds the six files of CIFAR-10's binary version, or a folder `cifar-10-batches-bin` that does.
 * Each file may hold any number of records.
 *
 * @param name stands in the result
 * @param sha256 of the files, where they are known
 * @param advice what to do about a file that is not as it should be
 * @throws DatasetError
 */
export async function loadCifar10Folder(
  name: string,
  folder: string,
  sha256: Partial<Readonly<Record<BinaryFileName, string>>> = {},
  advice: string = ADVICE,
): Promise<Dataset> {
  const inner = join(folder, BINARY_FOLDER);
  const place = await stat(inner).then(
    () => inner,
    () => folder,
  );
  const expected = `a folder with ${BINARY_FILES.join(', ')}`;
  const entries = await readdir(place).catch((error: unknown) => refuseUnreadable(place, expected, error));
  const load = async (files: readonly BinaryFileName[]): Promise<Examples> => {
    const counts: number[] = [];
    for (const file of files) {
      const path = join(place, file);
      if (!entries.includes(file))
        throw new DatasetError({ path, expected: 'this file', found: describeFolder(entries), advice });
      counts.push(await countRecords(path, advice));
    }
    const count = counts.reduce((sum, one) => sum + one, 0);
    const examples = { images: new Uint8Array(count * IMAGE_LENGTH), labels: new Uint8Array(count), count };
    let begin = 0;
    for (const [index, file] of files.entries()) {
      const end = begin + (counts[index] ?? 0);
      const path = join(place, file);
      const records = await readRecords(path, end - begin);
      const known = sha256[file];
      if (known !== undefined) verifySha256(records, known, path, advice);
      const labels = examples.labels.subarray(begin, end);
      fromRecords(records, labels, examples.images.subarray(begin * IMAGE_LENGTH, end * IMAGE_LENGTH));
      refuseForeignLabels(labels, path, advice);
      begin = end;
    }
    return examples;
  };
  const train = await load(TRAIN_FILES);
  const test = await load([TEST_FILE]);
  return { name, train, test, imageShape: CIFAR10_SHAPE, classes: CLASSES, normalization: NORMALIZATION };
}

/** How many records a file holds, by its size: a file without any magic number says no more of itself. */
async function countRecords(path: string, advice: string): Promise<number> {
  const expected = `records of ${RECORD_LENGTH} bytes, a label and 3 planes of 32 x 32`;
  return withPlainFile(path, expected, async (file, size) => {
    if (size > 0 && size % RECORD_LENGTH === 0) return size / RECORD_LENGTH;
    const start = new Uint8Array(START_LENGTH);
    const { bytesRead } = await file.read(start, 0, START_LENGTH, 0);
    const found = size === 0 ? 'an empty file' : `${size} bytes, ${describeContent(start.subarray(0, bytesRead))}`;
    throw new DatasetError({ path, expected, found, advice });
  });
}

async function readRecords(path: string, count: number): Promise<Uint8Array> {
  const expected = `${count} records`;
  return withPlainFile(path, expected, async (file, size) => {
    const records = new Uint8Array(count * RECORD_LENGTH);
    if (size !== records.length) {
      throw new DatasetError({ path, expected, found: `${size} bytes, its size changed meanwhile` });
    }
    await readInto(file, records, path);
    return records;
  });
}

function refuseForeignLabels(labels: Uint8Array, path: string, advice: string): void {
  const wrong = labels.findIndex((label) => label >= CLASSES);
  if (wrong === -1) return;
  const found = `${labels[wrong]} as label ${wrong}`;
  throw new DatasetError({ path, expected: `labels 0 to ${CLASSES - 1}`, found, advice });
}
