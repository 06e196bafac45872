import { z } from 'zod';
import { fromLittleEndian, toLittleEndian, type NumberArray } from './little-endian.js';
import type { ByteSource } from './paths.js';
import { RunFolderError } from './run-folder-error.js';

/** The array type of each element type, by the format's name for it. */
const ARRAY_TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;
const elementType = z.enum(['F64', 'F32', 'I32', 'U32', 'U8']);
type ElementType = z.infer<typeof elementType>;

/** A tensor as a file holds it. */
export interface StoredTensor {
  /** Lengths of the axes; empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: NumberArray;
}

/** Tensors by name. */
export type StoredTensors = Readonly<Record<string, StoredTensor>>;

/** What a file of the safetensors format holds. */
export interface TensorFile {
  readonly tensors: StoredTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a header says of a tensor. */
export interface TensorEntry {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
}

/** A header whose claims fit the size of its file. */
export interface TensorHeader {
  /** In the order of their data. */
  readonly entries: readonly (TensorEntry & {
    readonly name: string;
    readonly data_offsets: readonly [number, number];
  })[];
  readonly metadata: TensorFile['metadata'];
}

const ALIGNMENT = 8;
const MAX_HEADER = 64 * 2 ** 20;
const MAX_TENSORS = 100_000;
const METADATA = '__metadata__';

const integer = z.int().min(0);
const tensorEntry = z.strictObject({
  dtype: elementType,
  shape: z.array(integer).max(16),
  data_offsets: z.tuple([integer, integer]),
});
const header = z.record(z.string(), z.unknown());

/**
 * Encodes a file of the safetensors format: the header's length (8 bytes, little-endian), the header (JSON, padded with
 * spaces so that the data begin at a multiple of 8), then the tensors' bytes (little-endian, row-major) in order and without
 * gaps. Wider elements come first, so that every tensor is aligned to its own element size.
 *
 * @returns the header with its length, and the bytes of each tensor
 * @throws {RangeError} if a tensor's values and shape disagree
 */
export function encodeTensors({ tensors, metadata }: TensorFile): { readonly head: Buffer; readonly data: Buffer[] } {
  const entries: [string, unknown][] = [[METADATA, metadata]];
  const data: Buffer[] = [];
  let offset = 0;
  const order = Object.entries(tensors).sort(([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  for (const [name, { shape, values }] of order) {
    if (name === METADATA) throw new RangeError(`a tensor can't be named ${METADATA}`);
    if (elementCount(shape) !== values.length) {
      throw new RangeError(`${name} has shape [${shape.join(', ')}] but ${values.length} values`);
    }
    const end = offset + values.byteLength;
    entries.push([name, { dtype: elementTypeOf(name, values), shape, data_offsets: [offset, end] }]);
    data.push(toLittleEndian(values));
    offset = end;
  }
  // Object.fromEntries and JSON both take `__proto__` for a name like any other.
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, 8);
  return { head, data };
}

/**
 * Decodes the header of a file of the safetensors format. What it claims is checked against the bytes that are there, tensor after
 * tensor, without gap, overlap or rest, before any of them is read.
 *
 * @param head the file's beginning, to the end of the header at least
 * @param fileSize in bytes
 * @throws {RunFolderError} if something does not fit, naming it
 */
export function decodeHeader(head: Buffer, fileSize: number): TensorHeader {
  const dataStart = 8 + headerLength(head, fileSize);
  const { [METADATA]: metadata, ...entries } = parseHeader(head.toString('utf8', 8, dataStart));
  const listed = Object.entries(entries).map(([name, value]) => ({ name, ...parseEntry(name, value) }));
  if (listed.length > MAX_TENSORS) {
    throw new RunFolderError(`the header names ${listed.length} tensors, above ${MAX_TENSORS}`);
  }
  listed.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const dataSize = fileSize - dataStart;
  let end = 0;
  for (const {
    name,
    dtype,
    shape,
    data_offsets: [from, to],
  } of listed) {
    const expected = elementCount(shape) * ARRAY_TYPES[dtype].BYTES_PER_ELEMENT;
    if (from !== end || to - from !== expected || to > dataSize) {
      throw new RunFolderError(
        `${name} (${dtype} [${shape.join(', ')}]) should take bytes ${end} to ${end + expected}, the header says ${from} to ${to}, ` +
          `the file has ${dataSize}`,
      );
    }
    end = to;
  }
  if (end !== dataSize) {
    throw new RunFolderError(`the tensors end at byte ${end} of the data, the file at ${dataSize}`);
  }
  const texts = z.record(z.string(), z.string()).safeParse(metadata ?? {});
  if (!texts.success) throw new RunFolderError(`every value of ${METADATA} must be a text`);
  return { entries: listed, metadata: texts.data };
}

/** The tensors that a header lists. @throws {RunFolderError} if the data are shorter than it says */
export function decodeTensors({ entries }: TensorHeader, data: Buffer): StoredTensors {
  return Object.fromEntries(
    entries.map(({ name, dtype, shape, data_offsets: [from, to] }) => {
      if (to > data.length)
        throw new RunFolderError(`${name} ends at byte ${to} of the data, the file at ${data.length}`);
      return [name, { shape, values: fromLittleEndian<NumberArray>(ARRAY_TYPES[dtype], data.subarray(from, to)) }];
    }),
  );
}

/** Reads a file's header with its length. @throws {RunFolderError} if the file is too short for it */
export async function readHead({ size, read }: ByteSource): Promise<Buffer> {
  const length = headerLength(await read(0, 8), size);
  return read(0, 8 + length);
}

/**
 * Reads the metadata alone, whatever comes after the header.
 *
 * @throws {RunFolderError} if the header is damaged
 */
export async function readMetadata(source: ByteSource): Promise<unknown> {
  return parseHeader((await readHead(source)).toString('utf8', 8))[METADATA];
}

function headerLength(head: Buffer, fileSize: number): number {
  if (head.length < 8) throw new RunFolderError(`the file ends after ${head.length} bytes, before its header`);
  const length = head.readBigUInt64LE();
  if (length > BigInt(Math.min(fileSize - 8, MAX_HEADER))) {
    throw new RunFolderError(`the header claims ${length} bytes, the file has ${fileSize}`);
  }
  return Number(length);
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

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function elementTypeOf(name: string, values: NumberArray): ElementType {
  const found = elementType.options.find((type) => values instanceof ARRAY_TYPES[type]);
  if (found === undefined) {
    throw new RangeError(`${name}: values must be ${elementType.options.join(', ')}, not ${typeName(values)}`);
  }
  return found;
}

function typeName(values: unknown): string {
  return Object.prototype.toString.call(values).slice('[object '.length, -1);
}
