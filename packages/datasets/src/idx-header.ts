import { DatasetError } from './dataset-error.js';
import { describeFile } from './file-signature.js';

/** The header of an IDX file: its dimensions, and where its values begin and end. */
interface IdxHeader {
  /** Sizes, the number of examples first: [60000, 28, 28] for images, [60000] for labels. */
  readonly dimensions: readonly number[];
  /** Bytes before the first value: 4, and 4 for each dimension. */
  readonly length: number;
  /** Bytes of the whole file: the header, then one byte for each value. */
  readonly fileLength: number;
}

const UNSIGNED_BYTE = 0x08;
const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  0x08: 'unsigned bytes',
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};

/** Bytes of a header with this many dimensions. */
function idxHeaderLength(rank: number): number {
  return 4 + 4 * rank;
}

/**
 * Parses the header of an IDX file (LeCun's format of MNIST: two zero bytes, element type, number of dimensions, then
 * each dimension as a big-endian 32-bit unsigned integer, then the values row-major).
 *
 * @param start the file's first bytes, `idxHeaderLength(rank)` or more where the file has them
 * @param rank expected number of dimensions: 3 for images, 1 for labels
 * @param path of the file, for the error
 * @throws DatasetError when it is no IDX file of unsigned bytes with that many dimensions, all of them at least 1
 */
export function parseIdxHeader(start: Uint8Array, rank: number, path: string): IdxHeader {
  const expected = `an IDX file of unsigned bytes with ${dimensionsText(rank)}`;
  const fail = (found: string): never => {
    throw new DatasetError({ path, expected, found });
  };
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0) fail(describeFile(start));
  const [, , type = 0, foundRank = 0] = start;
  if (type !== UNSIGNED_BYTE) {
    fail(ELEMENT_TYPES[type] === undefined ? describeFile(start) : `an IDX file of ${ELEMENT_TYPES[type]}`);
  }
  if (foundRank !== rank) fail(`an IDX file with ${dimensionsText(foundRank)}`);
  const length = idxHeaderLength(rank);
  if (start.length < length) fail(`only ${start.length} bytes, fewer than its header has`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const dimensions = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (dimensions.includes(0)) fail(`one of ${dimensions.join(' x ')} values`);
  return { dimensions, length, fileLength: length + dimensions.reduce((product, size) => product * size, 1) };
}

function dimensionsText(rank: number): string {
  return `${rank} dimension${rank === 1 ? '' : 's'}`;
}
