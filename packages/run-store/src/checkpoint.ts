import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Run } from '@fdr/records';
import { z } from 'zod';
import { replaceFile } from './atomic-write.js';
import { openRunFile, readAt } from './paths.js';
import { errorCode, RunFolderError } from './run-folder-error.js';
import { decodeTensors, encodeTensors, type StoredTensors } from './safetensors.js';

/** What a checkpoint holds: tensors by name, and everything else of a training's state as JSON can carry it. */
export interface Checkpoint {
  /** Parameters under their own names (`dense1.kernel`), an optimizer's as `velocity/dense1.kernel`. */
  readonly tensors: StoredTensors;
  /** Numbers of any kind come back as they were, NaN, infinities and -0 included. */
  readonly state: unknown;
  /** How many records stood in the run's files when it was taken: a run that goes on from here keeps so many. */
  readonly records?: RecordCounts;
}

const recordCounts = z.object({ epochs: z.int().min(0), events: z.int().min(0) });
export type RecordCounts = z.infer<typeof recordCounts>;

const FORMAT = 'fdr-checkpoint-1';
const MAX_FILE = 4 * 2 ** 30;
const NO_CHECKSUM = '0'.repeat(64);
const CHECKSUM = /"sha256":"([0-9a-f]{64})"/;
/** JSON has no word for these numbers; an object of this one key stands for them. */
const NUMBER_KEY = '$number';

/**
 * Writes a checkpoint in the safetensors format. Its metadata hold the `state` as JSON and the SHA-256 of the whole file,
 * taken with zeros in the checksum's own place.
 */
export async function writeCheckpoint(path: string, { tensors, state, records }: Checkpoint): Promise<void> {
  const counts = records && { records: JSON.stringify(records) };
  const metadata = { format: FORMAT, state: stateText(state), ...counts, sha256: NO_CHECKSUM };
  const [head, ...data] = encodeTensors({ tensors, metadata });
  if (head === undefined) throw new Error('a tensor file has a head');
  head.write(`"sha256":"${checksum([head, ...data])}"`, checksumPlace(head)?.index ?? head.length);
  await replaceFile(path, [head, ...data]);
}

/**
 * Reads a checkpoint, whole or not at all.
 *
 * @param parameters what the model asks for, as `run.json` lists it; a file that lacks one, or has another shape, is refused
 * @throws {RunFolderError} naming the file and the difference
 */
export async function readCheckpoint(path: string, parameters: Run['parameters'] = []): Promise<Checkpoint> {
  try {
    return verified(await contents(path), parameters);
  } catch (error) {
    if (error instanceof RunFolderError) {
      throw new RunFolderError(`checkpoint ${basename(path)}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** The steps that have a checkpoint in a folder, ascending; none where there is no folder. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    return names
      .flatMap((name) => /^(\d{1,15})\.safetensors$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function contents(path: string): Promise<Buffer> {
  const file = await openRunFile(dirname(path), basename(path));
  if (file === undefined) throw new RunFolderError('there is no such file');
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE) throw new RunFolderError(`${size} bytes are more than a checkpoint may have (${MAX_FILE})`);
    return await readAt(file, 0, size);
  } finally {
    await file.close();
  }
}

function verified(bytes: Buffer, parameters: Run['parameters']): Checkpoint {
  const { tensors, metadata } = decodeTensors(bytes);
  if (metadata['format'] !== FORMAT) {
    throw new RunFolderError(`its format is ${JSON.stringify(metadata['format'] ?? null)}, not "${FORMAT}"`);
  }
  const place = checksumPlace(bytes);
  if (place === undefined) throw new RunFolderError('it has no checksum');
  bytes.write(`"sha256":"${NO_CHECKSUM}"`, place.index);
  const found = checksum([bytes]);
  if (found !== place.value) throw new RunFolderError(`its SHA-256 is ${found}, it should be ${place.value}`);
  for (const { name, shape } of parameters) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined) throw new RunFolderError(`it has no ${name}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new RunFolderError(`${name} has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`);
    }
  }
  const counts = metadata['records'];
  return {
    ...{ tensors, state: stateOf(metadata['state'] ?? 'null') },
    ...(counts === undefined ? {} : { records: recordCounts.parse(JSON.parse(counts)) }),
  };
}

function checksum(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Where the checksum stands: it is the last of the metadata, which come first in the header. */
function checksumPlace(file: Buffer): { index: number; value: string } | undefined {
  const length = Number(file.readBigUInt64LE());
  // Byte for byte, so that an index in the text is one in the file. The state before it can't hold the pattern: its
  // quotation marks are escaped there.
  const found = CHECKSUM.exec(file.toString('latin1', 8, 8 + length));
  return found?.[1] === undefined ? undefined : { index: 8 + found.index, value: found[1] };
}

function stateText(state: unknown): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { [NUMBER_KEY]: Object.is(value, -0) ? '-0' : String(value) }
      : value,
  );
}

function stateOf(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && NUMBER_KEY in value ? Number(value[NUMBER_KEY]) : value,
  );
}
