import { endianness } from 'node:os';
import type { StepBuckets } from '@fdr/records';
import { openRunFile, readAt } from './paths.js';

const BLOCK_VALUES = 256 * 1024;

/**
 * A file of float32 rows, perhaps still growing. A torn last row is not counted.
 */
export interface StepFile {
  /** Whole rows found by the last refresh. */
  readonly count: number;
  /** Looks at the file's size; true where it has changed. */
  refresh(): Promise<boolean>;
  /** Rows `from .. to - 1` as they stand in the file, little-endian; fewer where the file ends. */
  rows(from: number, to: number): Promise<Buffer>;
  /**
   * Rows `from .. to - 1`, summed up in at most `buckets` stretches of `ceil((to - from) / buckets)` rows. Reads the file
   * once, block by block.
   *
   * @throws {RangeError} where `buckets` is below 1, or `to` below `from`
   */
  buckets(from: number, to: number, buckets: number): Promise<StepBuckets>;
}

export function createStepFile(folder: string, name: string, columns: readonly string[]): StepFile {
  const rowBytes = 4 * columns.length;
  let size = 0;

  return {
    get count() {
      return Math.floor(size / rowBytes);
    },
    refresh: async () => {
      const file = await openRunFile(folder, name);
      const before = size;
      try {
        size = (await file?.stat())?.size ?? 0;
      } finally {
        await file?.close();
      }
      return size !== before;
    },
    rows: async (from, to) => {
      const last = Math.min(to, Math.floor(size / rowBytes));
      if (from >= last) return Buffer.alloc(0);
      const file = await openRunFile(folder, name);
      try {
        const bytes = (await (file && readAt(file, from * rowBytes, (last - from) * rowBytes))) ?? Buffer.alloc(0);
        return bytes.subarray(0, bytes.length - (bytes.length % rowBytes));
      } finally {
        await file?.close();
      }
    },
    buckets: async (from, to, buckets) => {
      if (!(buckets >= 1)) throw new RangeError(`buckets must be at least 1, not ${buckets}`);
      if (to < from) throw new RangeError(`to must be at least from (${from}), not ${to}`);
      const last = Math.min(to, Math.floor(size / rowBytes));
      const first = Math.min(from, last);
      const width = Math.max(1, Math.ceil((last - first) / buckets));
      const summary = createSummary(columns.length, width);
      const file = await openRunFile(folder, name);
      try {
        const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / columns.length));
        for (let row = first; row < last && file !== undefined; row += blockRows) {
          const rows = Math.min(blockRows, last - row);
          const bytes = await readAt(file, row * rowBytes, rows * rowBytes);
          summary.add(floats(bytes.subarray(0, bytes.length - (bytes.length % rowBytes))));
          if (bytes.length < rows * rowBytes) break;
        }
      } finally {
        await file?.close();
      }
      return { from: first, to: last, width, columns: summary.columns(columns) };
    },
  };
}

/** Minimum, maximum and mean of every column over stretches of `width` rows; the sums in double precision. */
function createSummary(columnCount: number, width: number) {
  const minima: number[][] = Array.from({ length: columnCount }, () => []);
  const maxima: number[][] = Array.from({ length: columnCount }, () => []);
  const means: number[][] = Array.from({ length: columnCount }, () => []);
  const low = new Float64Array(columnCount).fill(Infinity);
  const high = new Float64Array(columnCount).fill(-Infinity);
  const sum = new Float64Array(columnCount);
  let rows = 0;

  function finishBucket(): void {
    for (let column = 0; column < columnCount; column++) {
      minima[column]?.push(low[column] ?? NaN);
      maxima[column]?.push(high[column] ?? NaN);
      means[column]?.push((sum[column] ?? NaN) / rows);
    }
    low.fill(Infinity);
    high.fill(-Infinity);
    sum.fill(0);
    rows = 0;
  }

  return {
    add: (values: Float32Array) => {
      for (let at = 0; at < values.length; at += columnCount) {
        for (let column = 0; column < columnCount; column++) {
          const value = values[at + column] as number;
          // Math.min and Math.max keep a NaN once they have met one; a comparison would lose it.
          low[column] = Math.min(low[column] as number, value);
          high[column] = Math.max(high[column] as number, value);
          sum[column] = (sum[column] as number) + value;
        }
        if (++rows === width) finishBucket();
      }
    },
    columns: (names: readonly string[]): StepBuckets['columns'] => {
      if (rows > 0) finishBucket();
      return Object.fromEntries(
        names.map((name, i) => [name, { min: minima[i] ?? [], max: maxima[i] ?? [], mean: means[i] ?? [] }]),
      );
    },
  };
}

function floats(bytes: Buffer): Float32Array {
  const own = Buffer.from(new Uint8Array(bytes).buffer);
  if (endianness() === 'BE') own.swap32();
  return new Float32Array(own.buffer);
}
