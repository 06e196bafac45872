import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { Run } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-write.js';
import { describeIssue } from './issue.js';
import { openRunFile, readAt } from './paths.js';
import { RunFolderError } from './run-folder-error.js';
import { retention, type Retention } from './retention.js';
import { decodeTensors, encodeTensors, readMetadata, type StoredTensors } from './safetensors.js';

/** A training's state at a step: its tensors by name, and everything else as JSON. */
export interface Checkpoint {
  /** Parameters under their own names (`dense1.kernel`), those of an optimizer as `velocity/dense1.kernel`. */
  readonly tensors: StoredTensors;
  /** Numbers of any kind are restored exactly, NaN, infinities and -0 included. */
  readonly state: unknown;
  /** How many records the run's files held at that step. A run that continues from here keeps so many. */
  readonly records?: RecordCounts | undefined;
}

/** How many epochs, events and commands a run has recorded. */
export interface RecordCounts {
  readonly epochs: number;
  readonly events: number;
  readonly commands: number;
}
const count = z.int().min(0);
const recordCounts = z.object({ epochs: count, events: count, commands: count });

/** What a checkpoint's file says of itself besides the training's state. */
export interface CheckpointLabel {
  readonly retention: Retention;
  /** Whether every number of its tensors is finite: a training can go on from it. */
  readonly finite: boolean;
}
const label = z.object({
  retention,
  finite: z.enum(['true', 'false']).transform((text) => text === 'true'),
});

const FORMAT = 'fdr-checkpoint-1';
const MAX_FILE = 4 * 2 ** 30;
const NO_CHECKSUM = '0'.repeat(64);
const CHECKSUM = /"sha256":"([0-9a-f]{64})"/;
/** JSON can't spell every number; an object with this one key stands for those. */
const NUMBER_KEY = '$number';
const NOT_IN_JSON: ReadonlySet<unknown> = new Set(['-0', 'NaN', 'Infinity', '-Infinity']);

/**
 * Writes a checkpoint in the safetensors format. Its metadata hold the `state` as JSON and the SHA-256 of the whole file,
 * computed with zeros in place of the checksum.
 *
 * @throws the file system's error; an existing file is then unchanged
 */
export async function writeCheckpoint(
  path: string,
  { tensors, state, records }: Checkpoint,
  retention: Retention = 'permanent',
): Promise<void> {
  const finite = String(isFiniteEverywhere(tensors));
  const metadata: Record<string, string> = { format: FORMAT, retention, finite, state: serializeState(state) };
  if (records !== undefined) metadata['records'] = JSON.stringify(records);
  // The last one, for findChecksum.
  metadata['sha256'] = NO_CHECKSUM;
  const { head, data } = encodeTensors({ tensors, metadata });
  const checksum = sha256([head, ...data]);
  head.write(`"sha256":"${checksum}"`, findChecksum(head)?.index ?? head.length);
  await writeFileAtomically(path, [head, ...data]);
}

/**
 * Reads a checkpoint, as a whole or not at all.
 *
 * @param path of a `.safetensors` file that a run has saved
 * @param parameters of the model, as `run.json` lists them; each must be in the file, with the same shape
 * @throws {RunFolderError} naming the file and the difference
 */
export async function readCheckpoint(path: string, parameters: Run['parameters'] = []): Promise<Checkpoint> {
  try {
    return parseCheckpoint(await readBytes(path), parameters);
  } catch (error) {
    if (error instanceof RunFolderError) {
      throw new RunFolderError(`checkpoint ${basename(path)}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** What a checkpoint's file says of itself, its checksum unverified; undefined if it is damaged. */
export async function readCheckpointLabel(path: string): Promise<CheckpointLabel | undefined> {
  const file = await openRunFile(dirname(path), basename(path));
  if (file === undefined) return undefined;
  try {
    return label.parse(await readMetadata(file));
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Whether every number of every tensor is finite. */
export function isFiniteEverywhere(tensors: StoredTensors): boolean {
  return Object.values(tensors).every(({ values }) => values.every((value) => Number.isFinite(value)));
}

async function readBytes(path: string): Promise<Buffer> {
  const file = await openRunFile(dirname(path), basename(path));
  if (file === undefined) throw new RunFolderError('there is no such file');
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE) throw new RunFolderError(`it has ${size} bytes, expected at most ${MAX_FILE}`);
    return await readAt(file, 0, size);
  } finally {
    await file.close();
  }
}

/** Verifies the bytes in place: afterwards their checksum reads as zeros. */
function parseCheckpoint(bytes: Buffer, parameters: Run['parameters']): Checkpoint {
  const { tensors, metadata } = decodeTensors(bytes);
  if (metadata['format'] !== FORMAT) {
    throw new RunFolderError(`its format is ${JSON.stringify(metadata['format'] ?? null)}, expected "${FORMAT}"`);
  }
  const expected = findChecksum(bytes);
  if (expected === undefined) throw new RunFolderError('it has no checksum');
  bytes.write(`"sha256":"${NO_CHECKSUM}"`, expected.index);
  const found = sha256([bytes]);
  if (found !== expected.value) throw new RunFolderError(`its SHA-256 is ${found}, expected ${expected.value}`);
  for (const { name, shape } of parameters) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined) throw new RunFolderError(`it has no ${name}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new RunFolderError(`${name} has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`);
    }
  }
  return { tensors, state: parseState(metadata['state'] ?? 'null'), records: parseRecordCounts(metadata['records']) };
}

function parseRecordCounts(text: string | undefined): RecordCounts | undefined {
  if (text === undefined) return undefined;
  const parsed = recordCounts.safeParse(parseJson('records', text));
  if (!parsed.success) throw new RunFolderError(`its records: ${describeIssue(parsed.error)}`);
  return parsed.data;
}

function sha256(chunks: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** The checksum and its position in a file. It is the last of the metadata, which come first in the header. */
function findChecksum(file: Buffer): { readonly index: number; readonly value: string } | undefined {
  const length = Number(file.readBigUInt64LE());
  // Latin-1 gives one character per byte, so that an index in the text is one in the file. The state, which comes before the
  // checksum, can't match the pattern: its quotation marks are escaped.
  const found = CHECKSUM.exec(file.toString('latin1', 8, 8 + length));
  return found?.[1] === undefined ? undefined : { index: 8 + found.index, value: found[1] };
}

function serializeState(state: unknown): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { [NUMBER_KEY]: Object.is(value, -0) ? '-0' : String(value) }
      : value,
  );
}

function parseState(text: string): unknown {
  return parseJson('state', text, (_, value) =>
    typeof value === 'object' && value !== null && NUMBER_KEY in value && NOT_IN_JSON.has(value[NUMBER_KEY])
      ? Number(value[NUMBER_KEY])
      : value,
  );
}

/** @throws {RunFolderError} if it is no JSON, or nested too deeply for the reviver */
function parseJson(name: string, text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw new RunFolderError(`its ${name} can't be read as JSON`, { cause: error });
  }
}
