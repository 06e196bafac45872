import { DatasetError } from './dataset-error.js';

/**
 * Checks that every label is a class.
 *
 * @param labels [count]
 * @param classes labels are to be 0 to `classes` - 1
 * @param path of the file they come from, for the error
 * @param advice what to do about it, for the error
 * @throws DatasetError naming the first label that is none
 */
export function verifyLabels(labels: Uint8Array, classes: number, path: string, advice?: string): void {
  const index = labels.findIndex((label) => label >= classes);
  if (index === -1) return;
  const found = `label ${labels[index]} at index ${index}`;
  throw new DatasetError({ path, expected: `labels 0 to ${classes - 1}`, found, advice });
}
