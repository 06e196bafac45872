import { STEPS_FILE } from './files.js';
import type { RollbackPoint } from './rollback.js';
import type { WriteQueue } from './write-queue.js';

/** Follows which rows of `steps.f32` are on the disk as they were recorded. */
export interface RecordedRows {
  /** Counts rows that were handed to the queue. */
  add(count: number): void;
  /**
   * Resolves once the rows recorded so far would survive a power failure, or the disk refuses them.
   *
   * @returns the row from which on none is missing; infinite while the disk refuses some
   */
  flushed(): Promise<number>;
}

/** @param from where the run begins or goes on */
export function recordedRows(
  queue: Pick<WriteQueue, 'sync' | 'lost'>,
  from: Pick<RollbackPoint, 'step' | 'rowsFrom'>,
): RecordedRows {
  let { step: count, rowsFrom = 0 } = from;
  let lost = 0;
  return {
    add: (rows) => {
      count += rows;
    },
    flushed: async () => {
      const refusal = await queue.sync();
      const lostByNow = queue.lost(STEPS_FILE);
      // Which ones were lost is not known: only those that come are sure to be there.
      if (lostByNow > lost) rowsFrom = count;
      lost = lostByNow;
      return refusal === undefined ? rowsFrom : Infinity;
    },
  };
}
