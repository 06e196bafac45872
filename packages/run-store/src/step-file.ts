import type { FileHandle } from 'node:fs/promises';
import type { StepBuckets } from '@fdr/records';
import { fromLittleEndian } from './little-endian.js';
import { openRunFile, readAt } from './paths.js';
import { createStepSummary } from './step-summary.js';

const BLOCK_VALUES = 256 * 1024;

/** A file of float32 rows, which may still be growing. A torn last row is not counted. */
export interface StepFile {
  /** Whole rows found by the last refresh. */
  readonly count: number;
  /**
   * Reads the file's size.
   *
   * @returns whether it has changed
   */
  refresh(): Promise<boolean>;
  /** Rows `from .. to - 1` as they stand in the file, little-endian; fewer where the file ends. */
  rows(from: number, to: number): Promise<Buffer>;
  /**
   * Summarizes rows `from .. to - 1` in at most `buckets` parts of `ceil((to - from) / buckets)` rows. The file is read once,
   * block by block.
   *
   * @throws {RangeError} if `buckets` is below 1, or `to` below `from`
   */
  buckets(from: number, to: number, buckets: number): Promise<StepBuckets>;
}

/** @param columns names of the values of a row, in order */
export function createStepFile(folder: string, name: string, columns: readonly string[]): StepFile {
  const rowBytes = 4 * columns.length;
  const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / columns.length));
  let size = 0;
  const rowCount = (): number => Math.floor(size / rowBytes);

  return {
    get count() {
      return rowCount();
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
      const last = Math.min(to, rowCount());
      if (from >= last) return Buffer.alloc(0);
      const file = await openRunFile(folder, name);
      if (file === undefined) return Buffer.alloc(0);
      try {
        return await readRows(file, rowBytes, from, last);
      } finally {
        await file.close();
      }
    },
    buckets: async (from, to, buckets) => {
      if (!(buckets >= 1)) throw new RangeError(`buckets must be at least 1, not ${buckets}`);
      if (to < from) throw new RangeError(`to must be at least from (${from}), not ${to}`);
      const last = Math.min(to, rowCount());
      const first = Math.min(from, last);
      const width = Math.max(1, Math.ceil((last - first) / buckets));
      const summary = createStepSummary(columns, width);
      const file = await openRunFile(folder, name);
      try {
        for (let row = first; row < last && file !== undefined; row += blockRows) {
          const end = Math.min(row + blockRows, last);
          const bytes = await readRows(file, rowBytes, row, end);
          summary.add(fromLittleEndian(Float32Array, bytes));
          if (bytes.length < (end - row) * rowBytes) break;
        }
      } finally {
        await file?.close();
      }
      return { from: first, to: last, width, columns: summary.finish() };
    },
  };
}

/** Whole rows `from .. to - 1`; fewer where the file ends. */
async function readRows(file: FileHandle, rowBytes: number, from: number, to: number): Promise<Buffer> {
  const bytes = await readAt(file, from * rowBytes, (to - from) * rowBytes);
  return bytes.subarray(0, bytes.length - (bytes.length % rowBytes));
}
