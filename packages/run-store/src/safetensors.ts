import { endianness } from 'node:os';
import { z } from 'zod';
import { RunFolderError } from './run-folder-error.js';

/** Storage by the format's name for it. */
const STORAGE = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;
type StorageName = keyof typeof STORAGE;

export type TensorArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: TensorArray;
}
export type StoredTensors = Readonly<Record<string, StoredTensor>>;

export interface TensorFile {
  readonly tensors: StoredTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const ALIGNMENT = 8;
const MAX_HEADER = 64 * 2 ** 20;
const MAX_TENSORS = 100_000;
const METADATA = '__metadata__';

const size = z.int().min(0);
const tensorEntry = z.strictObject({
  dtype: z.enum(Object.keys(STORAGE) as [StorageName, ...StorageName[]]),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});
const header = z.record(z.string(), z.unknown());

/**
 * A file of the safetensors format, in pieces: the header's length (8 bytes, little-endian), the header (JSON, padded with
 * spaces so that the data begin at a multiple of 8), the tensors' bytes (little-endian, row-major), in order and
 * without gaps. Wider storage comes first, so that every tensor is aligned to its own element size.
 *
 * @throws {RangeError} where values and shape disagree
 */
export function encodeTensors({ tensors, metadata }: TensorFile): Buffer[] {
  const entries: [string, unknown][] = [[METADATA, metadata]];
  const data: Buffer[] = [];
  let offset = 0;
  const order = Object.entries(tensors).sort(([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  for (const [name, { shape, values }] of order) {
    if (name === METADATA) throw new RangeError(`a tensor can't be named ${METADATA}`);
    if (elements(shape) !== values.length) {
      throw new RangeError(`${name} has shape [${shape.join(', ')}] but ${values.length} values`);
    }
    entries.push([
      name,
      { dtype: storageName(name, values), shape, data_offsets: [offset, offset + values.byteLength] },
    ]);
    data.push(toLittleEndian(values));
    offset += values.byteLength;
  }
  // Object.fromEntries would take `__proto__` for a name like any other; so does JSON.
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, 8);
  return [head, ...data];
}

/**
 * Reads a file of the safetensors format. Nothing is allocated on the word of the header alone: what it claims must fit
 * the bytes that are there, tensor after tensor, without gap, overlap or rest.
 *
 * @throws {RunFolderError} saying what does not fit
 */
export function decodeTensors(bytes: Buffer): TensorFile {
  if (bytes.length < 8) throw new RunFolderError(`the file ends after ${bytes.length} bytes, before its header`);
  const length = bytes.readBigUInt64LE();
  if (length > BigInt(Math.min(bytes.length - 8, MAX_HEADER))) {
    throw new RunFolderError(`the header claims ${length} bytes, the file has ${bytes.length}`);
  }
  const start = 8 + Number(length);
  const { [METADATA]: metadata, ...entries } = parseHeader(bytes.toString('utf8', 8, start));
  const placed = Object.entries(entries).map(([name, value]) => ({ name, ...parseEntry(name, value) }));
  if (placed.length > MAX_TENSORS)
    throw new RunFolderError(`the header names ${placed.length} tensors, above ${MAX_TENSORS}`);
  placed.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let end = 0;
  const tensors = placed.map(({ name, dtype, shape, data_offsets: [from, to] }): [string, StoredTensor] => {
    const expected = elements(shape) * STORAGE[dtype].BYTES_PER_ELEMENT;
    if (from !== end || to - from !== expected || start + to > bytes.length) {
      throw new RunFolderError(
        `${name} (${dtype} [${shape.join(', ')}]) should take bytes ${end} to ${end + expected}, the header says ${from} to ${to}, ` +
          `the file has ${bytes.length - start}`,
      );
    }
    end = to;
    return [name, { shape, values: fromLittleEndian(dtype, bytes.subarray(start + from, start + to)) }];
  });
  if (start + end !== bytes.length) {
    throw new RunFolderError(`the tensors end at byte ${end} of the data, the file at ${bytes.length - start}`);
  }
  const texts = z.record(z.string(), z.string()).safeParse(metadata ?? {});
  if (!texts.success) throw new RunFolderError(`${METADATA} must hold texts only`);
  return { tensors: Object.fromEntries(tensors), metadata: texts.data };
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    return header.parse(JSON.parse(text));
  } catch (error) {
    throw new RunFolderError('the header is no JSON object', { cause: error });
  }
}

function parseEntry(name: string, value: unknown): z.infer<typeof tensorEntry> {
  const parsed = tensorEntry.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RunFolderError(`the header's entry ${name}: ${issue?.path.join('.')} ${issue?.message}`);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function storageName(name: string, values: TensorArray): StorageName {
  const found = Object.entries(STORAGE).find(([, array]) => values instanceof array);
  if (found === undefined) throw new RangeError(`${name}: no storage for ${Object.prototype.toString.call(values)}`);
  return found[0] as StorageName;
}

function toLittleEndian(values: TensorArray): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : swapped(Buffer.from(bytes), values.BYTES_PER_ELEMENT);
}

function fromLittleEndian(dtype: StorageName, bytes: Buffer): TensorArray {
  const array = STORAGE[dtype];
  // A copy: it begins at an aligned address of its own, and does not keep the whole file in memory.
  const own = Buffer.from(new Uint8Array(bytes).buffer);
  if (endianness() === 'BE') swapped(own, array.BYTES_PER_ELEMENT);
  return new array(own.buffer);
}

function swapped(bytes: Buffer, width: number): Buffer {
  if (width === 8) return bytes.swap64();
  return width === 4 ? bytes.swap32() : bytes;
}
