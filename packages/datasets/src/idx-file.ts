import type { FileHandle } from 'node:fs/promises';
import { DatasetError } from './dataset-error.js';
import { isGzip } from './file-signature.js';
import { LARGEST_DEFLATE_RATIO, unpackFile, unpackStart } from './gzip.js';
import { parseIdxHeader } from './idx-header.js';
import { readInto, verifySha256, withPlainFile } from './plain-file.js';

/** An IDX file of unsigned bytes in memory. */
export interface IdxArray {
  readonly path: string;
  /** Number of examples first. */
  readonly dimensions: readonly number[];
  /** Row-major; a view into the file's bytes. */
  readonly values: Uint8Array;
}

/** What {@link readIdxFile} expects of a file. */
interface IdxExpectation {
  /** Number of dimensions: 3 for images, 1 for labels. */
  readonly rank: number;
  /** SHA-256 of the unpacked file, lower-case hexadecimal; not checked when absent. */
  readonly sha256?: string | undefined;
}

/** Enough for a gzip header with a file name in it, and the packed IDX header after it. */
const START_LENGTH = 4096;

/**
 * Reads one IDX file, gzipped or not: its first bytes decide, not its name. Memory for its values is allocated after the
 * header and the file's size have been found to agree.
 *
 * @throws DatasetError when it can't be read or is not the file expected
 */
export async function readIdxFile(path: string, expectation: IdxExpectation): Promise<IdxArray> {
  return withPlainFile(path, 'a readable IDX file', (file, size) => readOpened(file, size, path, expectation));
}

async function readOpened(
  file: FileHandle,
  size: number,
  path: string,
  { rank, sha256 }: IdxExpectation,
): Promise<IdxArray> {
  const start = new Uint8Array(START_LENGTH);
  const { bytesRead } = await file.read(start, 0, START_LENGTH, 0);
  const packed = isGzip(start);
  const first = start.subarray(0, bytesRead);
  const header = parseIdxHeader(packed ? unpackStart(first, path) : first, rank, path);
  const possible = packed ? header.fileLength <= size * LARGEST_DEFLATE_RATIO : header.fileLength === size;
  if (!possible) {
    const expected = `${header.fileLength} bytes for ${header.dimensions.join(' x ')} values`;
    throw new DatasetError({ path, expected, found: `${size} bytes${packed ? ' of gzip' : ''}` });
  }
  const bytes = new Uint8Array(header.fileLength);
  if (packed) await unpackFile(file, size, bytes, path);
  else await readInto(file, bytes, path);
  if (sha256 !== undefined) verifySha256(bytes, sha256, path, 'download the file again');
  return { path, dimensions: header.dimensions, values: bytes.subarray(header.length) };
}
