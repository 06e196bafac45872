import { z } from 'zod';

/** Least, greatest and mean value of each bucket. NaN stands where a bucket holds a NaN. */
export interface ColumnBuckets {
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
}

/**
 * Rows `from .. to - 1` of `steps.f32` in buckets of `width` steps (the last may hold fewer), column by column. No spike is lost: every
 * bucket keeps its extremes.
 */
export interface StepBuckets {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly columns: Record<string, ColumnBuckets>;
}

const header = z.object({
  from: z.int().min(0),
  to: z.int().min(0),
  width: z.int().min(1),
  buckets: z.int().min(0),
  columns: z.array(z.string()),
});

const PARTS = ['min', 'max', 'mean'] as const;

/**
 * Answer of `GET /api/runs/:id/steps?from=&to=&buckets=`: the length of a header in bytes (4 bytes, little-endian), the header as JSON, padded with
 * spaces to whole words, and for each of its columns the least values, the greatest and the means, as little-endian float32.
 */
export function encodeStepBuckets({ columns, ...range }: StepBuckets): Uint8Array {
  const entries = Object.entries(columns);
  const buckets = entries[0]?.[1].min.length ?? 0;
  const json = JSON.stringify({ ...range, buckets, columns: entries.map(([name]) => name) } satisfies z.input<
    typeof header
  >);
  const text = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(4 + headerBytes + 4 * PARTS.length * buckets * entries.length).fill(
    32,
    4,
    4 + headerBytes,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerBytes, true);
  bytes.set(text, 4);
  let offset = 4 + headerBytes;
  for (const [, column] of entries)
    for (const part of PARTS)
      for (let index = 0; index < buckets; index += 1, offset += 4)
        view.setFloat32(offset, column[part][index] ?? NaN, true);
  return bytes;
}

/** @throws RangeError if these are not the bytes of {@link encodeStepBuckets} */
export function decodeStepBuckets(buffer: ArrayBuffer): StepBuckets {
  const view = new DataView(buffer);
  const headerBytes = view.byteLength >= 4 ? view.getUint32(0, true) : 0;
  const { buckets, columns, ...range } = parseHeader(buffer, headerBytes);
  const expected = 4 + headerBytes + 4 * PARTS.length * buckets * columns.length;
  if (view.byteLength !== expected)
    throw new RangeError(`buckets of steps have ${view.byteLength} bytes, expected ${expected}`);
  let offset = 4 + headerBytes;
  const values = (): Float32Array => {
    const part = new Float32Array(buckets);
    for (let index = 0; index < buckets; index += 1, offset += 4) part[index] = view.getFloat32(offset, true);
    return part;
  };
  return {
    ...range,
    columns: Object.fromEntries(columns.map((name) => [name, { min: values(), max: values(), mean: values() }])),
  };
}

function parseHeader(buffer: ArrayBuffer, length: number): z.output<typeof header> {
  try {
    return header.parse(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer).subarray(4, 4 + length))));
  } catch (error) {
    throw new RangeError('these are no buckets of steps', { cause: error });
  }
}
