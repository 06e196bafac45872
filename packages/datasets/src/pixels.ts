import { DatasetError } from './dataset-error.js';

/**
 * Checks that pixels are not all the same, as in a file that was given its length and never filled.
 *
 * @param path of the file they come from, for the error
 * @param advice what to do about it, for the error
 * @throws DatasetError where they are
 */
export function verifyPixels(pixels: Uint8Array, path: string, advice?: string): void {
  const [first] = pixels;
  if (pixels.some((value) => value !== first)) return;
  throw new DatasetError({ path, expected: 'pixels that differ', found: 'the same value in all of them', advice });
}
