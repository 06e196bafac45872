import { fromLittleEndian } from './little-endian.js';
import type { RunReader } from './run-reader.js';

const BLOCK_ROWS = 16_384;

/** Consecutive recorded steps. */
export interface StepBlock {
  /** The number of the first row: the steps that come before it. */
  readonly from: number;
  /** Row after row, as many columns as `run.stepColumns` names. */
  readonly rows: Float32Array;
}

/**
 * Reads recorded steps once, all by default, in blocks of at most 16,384 rows, so that memory stays bounded.
 *
 * @param reader of the run; the steps that its last refresh found are read
 * @param first row to be read
 * @param end row before which it ends
 * @returns the blocks in order; they end early if the file has become shorter meanwhile
 * @throws {RunFolderError} if the file can't be read
 */
export async function* readStepBlocks(
  reader: Pick<RunReader, 'stepCount' | 'stepRows'>,
  first = 0,
  end = reader.stepCount(),
): AsyncGenerator<StepBlock, void, undefined> {
  for (let from = first; from < end; from += BLOCK_ROWS) {
    const bytes = await reader.stepRows(from, Math.min(from + BLOCK_ROWS, end));
    if (bytes.length === 0) return;
    yield { from, rows: fromLittleEndian(Float32Array, bytes) };
  }
}
