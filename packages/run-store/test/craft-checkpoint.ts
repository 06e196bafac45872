import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { decodeHeader, decodeTensors, encodeTensors, type StoredTensors } from '../src/safetensors.js';

const ZEROS = '0'.repeat(64);

/** The tensors of a file that is in memory. */
export function tensorsIn(file: Buffer): StoredTensors {
  const header = decodeHeader(file, file.length);
  return decodeTensors(header, file.subarray(8 + Number(file.readBigUInt64LE())));
}

/** Writes a checkpoint whose checksum is right, whatever its metadata are. */
export async function craftCheckpoint(
  path: string,
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const { head, data } = encodeTensors({
    tensors,
    metadata: { format: 'fdr-checkpoint-1', ...metadata, sha256: ZEROS },
  });
  const checksum = createHash('sha256')
    .update(Buffer.concat([head, ...data]))
    .digest('hex');
  head.write(checksum, head.lastIndexOf(`"sha256":"${ZEROS}"`) + '"sha256":"'.length);
  await writeFile(path, Buffer.concat([head, ...data]));
}
