import { createHash } from 'node:crypto';
import { encodeTensors, type StoredTensors } from './safetensors.js';

/** Tensors that can be computed again from rows of `steps.f32`. */
export interface RowTensors {
  /** The first of these rows. They end at the checkpoint's step. */
  readonly firstRow: number;
  readonly tensors: StoredTensors;
}

/** The SHA-256 of names, types, shapes and bits of tensors, in whatever order they come. */
export function tensorsChecksum(tensors: StoredTensors): string {
  const sorted = Object.entries(tensors).sort(([left], [right]) => (left < right ? -1 : 1));
  const { head, data } = encodeTensors({ tensors: Object.fromEntries(sorted), metadata: {} });
  return sha256([head, ...data]);
}

/** The SHA-256 of bytes that come in pieces, in hexadecimal. */
export function sha256(chunks: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
