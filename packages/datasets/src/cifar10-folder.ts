import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CIFAR10_CLASSES, CIFAR10_SHAPE, IMAGE_LENGTH, RECORD_LENGTH, splitRecords } from './cifar10-records.js';
import type { Dataset, Examples } from './dataset.js';
import { DatasetError, throwUnreadable } from './dataset-error.js';
import { describeFile, describeFolder } from './file-signature.js';
import { verifyLabels } from './labels.js';
import { verifyPixels } from './pixels.js';
import { readInto, verifySha256, withPlainFile } from './plain-file.js';

/** The folder of the binary version, as it is published. */
export const BINARY_FOLDER = 'cifar-10-batches-bin';
/** The files of the training images, in order. */
export const TRAIN_FILES = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
] as const;
/** The file of the test images. */
export const TEST_FILE = 'test_batch.bin';
/** A file of the binary version. */
export type BinaryFileName = (typeof TRAIN_FILES)[number] | typeof TEST_FILE;
/** All files of the binary version, in order. */
export const BINARY_FILES: readonly BinaryFileName[] = [...TRAIN_FILES, TEST_FILE];

/** A network sees (byte / 255 - 0.5) * 2 (the paper, appendix B.2). */
const NORMALIZATION = { mean: 0.5, deviation: 0.5 };

/** The first bytes of a wrong file, enough to describe it. */
const START_LENGTH = 64;
const ADVICE =
  'download and unpack the binary version of CIFAR-10: https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';

/** How {@link loadCifar10Folder} reads a folder. */
interface Cifar10FolderOptions {
  /** The name of the result. */
  readonly name: string;
  /** SHA-256 of the files, lower-case hexadecimal; not checked where absent. */
  readonly sha256?: Partial<Readonly<Record<BinaryFileName, string>>> | undefined;
  /** What to do about a file that is missing or wrong, for the error; default: how to get the binary version. */
  readonly advice?: string | undefined;
}

/** Whether a folder with these entries seems to hold CIFAR-10, in whatever version. */
export function looksLikeCifar10(entries: readonly string[]): boolean {
  return entries.some((entry) => /^(data_batch_\d|test_batch)(\.bin)?$|^cifar-10-(batches|binary|python)/i.test(entry));
}

/**
 * Loads a folder that holds the six files of CIFAR-10's binary version, or the folder above it, which holds a folder
 * `cifar-10-batches-bin`. Each file may hold any number of records.
 *
 * @throws DatasetError when a file is missing, unreadable, or not what its options say
 */
export async function loadCifar10Folder(
  folder: string,
  { name, sha256 = {}, advice = ADVICE }: Cifar10FolderOptions,
): Promise<Dataset> {
  const inner = join(folder, BINARY_FOLDER);
  const path = await stat(inner).then(
    () => inner,
    () => folder,
  );
  const expected = `a folder with ${BINARY_FILES.join(', ')}`;
  const entries = await readdir(path).catch((error: unknown) => throwUnreadable(path, expected, error, advice));
  const load = async (names: readonly BinaryFileName[]): Promise<Examples> => {
    const files: BinaryFile[] = [];
    for (const file of names) files.push(await findBinaryFile(path, entries, file, advice));
    return readExamples(files, sha256, advice);
  };
  const train = await load(TRAIN_FILES);
  const test = await load([TEST_FILE]);
  return { name, train, test, imageShape: CIFAR10_SHAPE, classes: CIFAR10_CLASSES, normalization: NORMALIZATION };
}

interface BinaryFile {
  readonly name: BinaryFileName;
  readonly path: string;
  /** Number of records. */
  readonly count: number;
}

async function findBinaryFile(
  folder: string,
  entries: readonly string[],
  name: BinaryFileName,
  advice: string,
): Promise<BinaryFile> {
  const path = join(folder, name);
  if (!entries.includes(name)) {
    throw new DatasetError({ path, expected: 'this file', found: describeFolder(entries), advice });
  }
  return { name, path, count: await countRecords(path, advice) };
}

/** The number of records in a file, by its size: the format has no header. */
async function countRecords(path: string, advice: string): Promise<number> {
  const expected = `records of ${RECORD_LENGTH} bytes, a label and 3 planes of 32 x 32`;
  return withPlainFile(path, expected, async (file, size) => {
    if (size > 0 && size % RECORD_LENGTH === 0) return size / RECORD_LENGTH;
    const start = new Uint8Array(START_LENGTH);
    const { bytesRead } = await file.read(start, 0, START_LENGTH, 0);
    const found = size === 0 ? 'an empty file' : `${size} bytes, ${describeFile(start.subarray(0, bytesRead))}`;
    throw new DatasetError({ path, expected, found, advice });
  });
}

/** Reads files one after another into one set of examples. */
async function readExamples(
  files: readonly BinaryFile[],
  sha256: Partial<Readonly<Record<BinaryFileName, string>>>,
  advice: string,
): Promise<Examples> {
  const count = files.reduce((sum, file) => sum + file.count, 0);
  const examples = { images: new Uint8Array(count * IMAGE_LENGTH), labels: new Uint8Array(count), count };
  let begin = 0;
  for (const file of files) {
    const end = begin + file.count;
    const records = await readRecords(file);
    const digest = sha256[file.name];
    if (digest !== undefined) verifySha256(records, digest, file.path, advice);
    const labels = examples.labels.subarray(begin, end);
    const images = examples.images.subarray(begin * IMAGE_LENGTH, end * IMAGE_LENGTH);
    splitRecords(records, labels, images);
    verifyLabels(labels, CIFAR10_CLASSES, file.path, advice);
    verifyPixels(images, file.path, advice);
    begin = end;
  }
  return examples;
}

async function readRecords({ path, count }: BinaryFile): Promise<Uint8Array> {
  const expected = `${count} records`;
  return withPlainFile(path, expected, async (file, size) => {
    const records = new Uint8Array(count * RECORD_LENGTH);
    if (size !== records.length) {
      throw new DatasetError({ path, expected, found: `${size} bytes: its size changed while it was read` });
    }
    await readInto(file, records, path);
    return records;
  });
}
