import { endianness } from 'node:os';

/** An array of numbers that a file may hold. */
export type NumberArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** The bytes of an array's numbers, little-endian. On most machines a view of the array, not a copy. */
export function toLittleEndian(values: NumberArray): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : swapBytes(Buffer.from(bytes), values.BYTES_PER_ELEMENT);
}

/** The numbers that little-endian bytes stand for, in an array of its own. */
export function fromLittleEndian<Values extends NumberArray>(
  ArrayType: { new (buffer: ArrayBuffer): Values; readonly BYTES_PER_ELEMENT: number },
  bytes: Uint8Array,
): Values {
  // A copy: it begins at an aligned address, and does not keep the bytes around it in memory.
  const copy = new Uint8Array(bytes);
  if (endianness() === 'BE') swapBytes(Buffer.from(copy.buffer), ArrayType.BYTES_PER_ELEMENT);
  return new ArrayType(copy.buffer);
}

function swapBytes(bytes: Buffer, width: number): Buffer {
  if (width === 8) return bytes.swap64();
  return width === 4 ? bytes.swap32() : bytes;
}
