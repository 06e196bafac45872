import * as tf from '@tensorflow/tfjs';

/** Most tensors that are kept before they become one. */
const BLOCK = 64;

/** Numbers of many steps that stay on the backend until they are read, so that no step waits for the device. */
export interface StepLog {
  /** Keeps a copy of its own. @param row float32 [any] */
  add(row: tf.Tensor): void;
  /** Everything added since the last call, in one array. */
  take(): Promise<Float32Array>;
  dispose(): void;
}

/**
 * Rows become one tensor at every 64th step, whose download begins at once and is waited for by `take` alone: few tensors, however long an
 * epoch is.
 */
export function stepLog(): StepLog {
  let rows: tf.Tensor[] = [];
  let downloads: Promise<Float32Array>[] = [];

  function beginDownload(): void {
    if (rows.length === 0) return;
    const block = tf.keep(tf.tidy(() => tf.concat(rows)));
    tf.dispose(rows);
    rows = [];
    const download = block.data<'float32'>().finally(() => {
      block.dispose();
    });
    // Whoever takes it hears of a failure; until then nobody listens.
    download.catch(() => undefined);
    downloads.push(download);
  }

  return {
    add: (row) => {
      rows.push(tf.keep(tf.clone(row)));
      if (rows.length === BLOCK) beginDownload();
    },
    take: async () => {
      beginDownload();
      const taken = downloads;
      downloads = [];
      const blocks = await Promise.all(taken);
      const values = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const block of blocks) {
        values.set(block, at);
        at += block.length;
      }
      return values;
    },
    dispose: () => {
      tf.dispose(rows);
      rows = [];
      downloads = [];
    },
  };
}
