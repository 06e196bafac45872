import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFolder } from './content.js';
import { CLASSES, type Dataset, type Examples } from './dataset.js';
import { DatasetError, refuseUnreadable } from './dataset-error.js';
import { readIdxFile, type IdxArray } from './idx-file.js';
import { normalizationOf } from './normalization.js';

/** The four files of an MNIST-like data set, by the words their names are made of. */
const FILES = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'] as const;
export type IdxFileName = (typeof FILES)[number];

/**
 * Loads a folder that holds the four IDX files of MNIST's naming, `train-images-idx3-ubyte` and so on; `.` before
 * `idx`, `test` for `t10k`, capitals, a prefix (`emnist-mnist-train-...`) and `.gz` at the end are fine.
 *
 * @param name stands in the result
 * @param sha256 of the unpacked files, where they are known
 * @throws DatasetError
 */
export async function loadIdxFolder(
  name: string,
  folder: string,
  sha256: Partial<Readonly<Record<IdxFileName, string>>> = {},
): Promise<Dataset> {
  const expected = `a folder with ${FILES.map((file) => `${file}-ubyte[.gz]`).join(', ')}`;
  const entries = await readdir(folder).catch((error: unknown) => refuseUnreadable(folder, expected, error));
  const read = (file: IdxFileName, rank: number) =>
    readIdxFile(join(folder, findFile(entries, file, folder)), { rank, sha256: sha256[file] });
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read('train-images-idx3', 3),
    read('train-labels-idx1', 1),
    read('t10k-images-idx3', 3),
    read('t10k-labels-idx1', 1),
  ]);
  const train = pair(trainImages, trainLabels);
  const test = pair(testImages, testLabels);
  const imageShape = shapeOf(trainImages);
  const testShape = shapeOf(testImages);
  if (imageShape.join() !== testShape.join()) {
    const wanted = `images of ${imageShape.join(' x ')} as in ${trainImages.path}`;
    throw new DatasetError({ path: testImages.path, expected: wanted, found: testShape.join(' x ') });
  }
  const normalization = normalizationOf(train.images);
  if (normalization.deviation === 0) {
    const found = 'the same value in all of them';
    throw new DatasetError({ path: trainImages.path, expected: 'pixels that differ', found });
  }
  return { name, train, test, imageShape, classes: CLASSES, normalization };
}

/** The entry that is this file; the one not packed where both lie there. */
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

/** Joins images and labels, of which there must be as many, each label a class. */
function pair(images: IdxArray, labels: IdxArray): Examples {
  const [count = 0] = images.dimensions;
  const [labelCount = 0] = labels.dimensions;
  if (count !== labelCount) {
    const expected = `${count} labels, one for each image in ${images.path}`;
    throw new DatasetError({ path: labels.path, expected, found: String(labelCount) });
  }
  const wrong = labels.values.findIndex((label) => label >= CLASSES);
  if (wrong !== -1) {
    const found = `${labels.values[wrong]} as label ${wrong}`;
    throw new DatasetError({ path: labels.path, expected: `labels 0 to ${CLASSES - 1}`, found });
  }
  return { images: images.values, labels: labels.values, count };
}
