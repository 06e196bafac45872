import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, Examples } from './dataset.js';
import { DatasetError, throwUnreadable } from './dataset-error.js';
import { describeFolder } from './file-signature.js';
import { readIdxFile, type IdxArray } from './idx-file.js';
import { verifyLabels } from './labels.js';
import { normalizationOf } from './normalization.js';
import { verifyPixels } from './pixels.js';

/** The four files of an MNIST-like data set, without the ends of their names. */
const FILES = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'] as const;
type IdxFileName = (typeof FILES)[number];

/** How {@link loadIdxFolder} reads a folder. */
interface IdxFolderOptions {
  /** The name of the result. */
  readonly name: string;
  /** Labels must be 0 to `classes` - 1. */
  readonly classes: number;
  /** SHA-256 of the unpacked files, lower-case hexadecimal; not checked where absent. */
  readonly sha256?: Partial<Readonly<Record<IdxFileName, string>>> | undefined;
}

/**
 * Loads a folder that holds the four IDX files of MNIST's naming, `train-images-idx3-ubyte` and so on; `.` before
 * `idx`, `test` for `t10k`, capitals, a prefix (`emnist-mnist-train-...`) and `.gz` at the end are fine.
 *
 * @throws DatasetError when a file is missing, unreadable or ambiguous, or does not fit the others
 */
export async function loadIdxFolder(
  folder: string,
  { name, classes, sha256 = {} }: IdxFolderOptions,
): Promise<Dataset> {
  const expected = `a folder with ${FILES.map((file) => `${file}-ubyte[.gz]`).join(', ')}`;
  const entries = await readdir(folder).catch((error: unknown) => throwUnreadable(folder, expected, error));
  const read = (file: IdxFileName, rank: number) =>
    readIdxFile(join(folder, findFile(entries, file, folder)), { rank, sha256: sha256[file] });
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read('train-images-idx3', 3),
    read('train-labels-idx1', 1),
    read('t10k-images-idx3', 3),
    read('t10k-labels-idx1', 1),
  ]);
  const train = pair(trainImages, trainLabels, classes);
  const test = pair(testImages, testLabels, classes);
  const imageShape = shapeOf(trainImages);
  const testShape = shapeOf(testImages);
  if (imageShape.join() !== testShape.join()) {
    const expectedShape = `images of ${imageShape.join(' x ')} as in ${trainImages.path}`;
    throw new DatasetError({ path: testImages.path, expected: expectedShape, found: testShape.join(' x ') });
  }
  for (const { values, path } of [trainImages, testImages]) verifyPixels(values, path);
  return { name, train, test, imageShape, classes, normalization: normalizationOf(train.images) };
}

/** The entry that is this file; the unpacked one where both are there. */
function findFile(entries: readonly string[], file: IdxFileName, folder: string): string {
  const words = file.replace('t10k', '(t10k|test)').replaceAll('-', '[-_.]');
  const pattern = new RegExp(`(^|[-_.])${words}[-_.]ubyte(\\.gz)?$`, 'i');
  const found = entries.filter((entry) => pattern.test(entry)).sort((left, right) => left.length - right.length);
  const [first, second] = found;
  if (first === undefined) {
    const path = join(folder, `${file}-ubyte`);
    throw new DatasetError({ path, expected: 'this file, gzipped or not', found: describeFolder(entries) });
  }
  if (second !== undefined && second.toLowerCase() !== `${first.toLowerCase()}.gz`) {
    throw new DatasetError({ path: folder, expected: `one ${file}-ubyte`, found: found.join(', ') });
  }
  return first;
}

function shapeOf({ dimensions }: IdxArray): readonly [number, number] {
  const [, rows = 0, columns = 0] = dimensions;
  return [rows, columns];
}

/** Joins images and labels. There must be as many labels as images, each of them a class. */
function pair(images: IdxArray, labels: IdxArray, classes: number): Examples {
  const [count = 0] = images.dimensions;
  const [labelCount = 0] = labels.dimensions;
  if (count !== labelCount) {
    const expected = `${count} labels, one for each image in ${images.path}`;
    throw new DatasetError({ path: labels.path, expected, found: String(labelCount) });
  }
  verifyLabels(labels.values, classes, labels.path);
  return { images: images.values, labels: labels.values, count };
}
