import { describeContent } from './content.js';
import { DatasetError } from './dataset-error.js';

/** What an IDX file says of itself: its dimensions, and where its values begin and end. */
export interface IdxHeader {
  /** Sizes, the number of examples first: [60000, 28, 28] for images, [60000] for labels. */
  readonly dimensions: readonly number[];
  /** Bytes before the first value: 4 + 4 a dimension. */
  readonly length: number;
  /** Bytes of the whole file: the header, then one byte a value. */
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

/** Bytes that {@link parseIdxHeader} wants to see for this many dimensions. */
export function idxHeaderLength(rank: number): number {
  return 4 + 4 * rank;
}

/**
 * Reads the header of an IDX file (LeCun's format of MNIST: two zero bytes, element type, number of dimensions, then
 * each dimension as a big-endian 32-bit unsigned integer, then the values row-major).
 *
 * @param start the file's first bytes, `idxHeaderLength(rank)` or more where the file has them
 * @param rank dimensions wanted: 3 for images, 1 for labels
 * @param path for the error
 * @throws DatasetError when it is no IDX file of unsigned bytes with that many dimensions, all of them at least 1
 */
export function parseIdxHeader(start: Uint8Array, rank: number, path: string): IdxHeader {
  const expected = `an IDX file of unsigned bytes with ${rank} dimension${rank === 1 ? '' : 's'}`;
  const refuse = (found: string): never => {
    throw new DatasetError({ path, expected, found });
  };
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0) refuse(describeContent(start));
  const [, , type = 0, foundRank = 0] = start;
  if (type !== UNSIGNED_BYTE) {
    refuse(ELEMENT_TYPES[type] === undefined ? describeContent(start) : `an IDX file of ${ELEMENT_TYPES[type]}`);
  }
  if (foundRank !== rank) refuse(`an IDX file with ${foundRank}`);
  const length = idxHeaderLength(rank);
  if (start.length < length) refuse(`only ${start.length} bytes, less than its header`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const dimensions = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (dimensions.includes(0)) refuse(`one of ${dimensions.join(' x ')} values`);
  return { dimensions, length, fileLength: length + dimensions.reduce((product, size) => product * size, 1) };
}
