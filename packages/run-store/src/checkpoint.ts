import { basename, dirname } from 'node:path';
import type { Run } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-write.js';
import { parseJson, parseState, serializeState } from './checkpoint-state.js';
import { describeIssue } from './issue.js';
import { byteSource, openRunFile, type ByteSource } from './paths.js';
import { RunFolderError } from './run-folder-error.js';
import { retention, type Retention } from './retention.js';
import { sha256, tensorsChecksum, type RowTensors } from './row-tensors.js';
import {
  decodeHeader,
  decodeTensors,
  encodeTensors,
  readHead,
  readMetadata,
  type StoredTensors,
  type TensorEntry,
  type TensorHeader,
} from './safetensors.js';

/** A training's state at a step: its tensors by name, and everything else as JSON. */
export interface Checkpoint {
  /** Parameters under their own names (`dense1.kernel`), those of an optimizer as `velocity/dense1.kernel`. */
  readonly tensors: StoredTensors;
  /** Left out of the file where the rows that they are computed from are on the disk. */
  readonly fromRows?: RowTensors | undefined;
  /** Numbers of any kind are restored exactly, NaN, infinities and -0 included. */
  readonly state: unknown;
  /** How many records the run's files held at that step. A run that continues from here keeps so many. */
  readonly records?: RecordCounts | undefined;
}

/** What a checkpoint's header says: everything but the numbers of its tensors. */
export interface CheckpointHeader extends Pick<Checkpoint, 'state' | 'records'> {
  /** Type and shape of each tensor in the file. */
  readonly entries: Readonly<Record<string, TensorEntry>>;
  /** The `tensorsChecksum` of what was left out because rows tell it; undefined if the file holds everything. */
  readonly leftOut: string | undefined;
}

/** A checkpoint as its file holds it. */
export interface StoredCheckpoint<State = unknown>
  extends Pick<Checkpoint, 'tensors' | 'records'>, Pick<CheckpointHeader, 'leftOut'> {
  readonly state: State;
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

/**
 * Writes a checkpoint in the safetensors format. Its metadata hold the `state` as JSON and the SHA-256 of the whole file,
 * computed with zeros in place of the checksum.
 *
 * @param rowsFrom the rows of `steps.f32` from this one on are on the disk: what they tell is left out; by default none are
 * @throws the file system's error; an existing file is then unchanged
 */
export async function writeCheckpoint(
  path: string,
  { tensors, fromRows, state, records }: Checkpoint,
  retention: Retention = 'permanent',
  rowsFrom = Infinity,
): Promise<void> {
  const finite = String(isFiniteEverywhere(tensors));
  const metadata: Record<string, string> = { format: FORMAT, retention, finite, state: serializeState(state) };
  if (records !== undefined) metadata['records'] = JSON.stringify(records);
  const leavesOut = fromRows !== undefined && fromRows.firstRow >= rowsFrom;
  if (leavesOut) metadata['leftOut'] = tensorsChecksum(fromRows.tensors);
  // The last one, for findChecksum.
  metadata['sha256'] = NO_CHECKSUM;
  const { head, data } = encodeTensors({
    tensors: leavesOut ? tensors : { ...tensors, ...fromRows?.tensors },
    metadata,
  });
  const checksum = sha256([head, ...data]);
  head.write(`"sha256":"${checksum}"`, findChecksum(head)?.index ?? head.length);
  await writeFileAtomically(path, [head, ...data]);
}

/**
 * Reads a checkpoint, as a whole or not at all.
 *
 * @param path of a `.safetensors` file that a run has saved
 * @param parameters of the model, as `run.json` lists them; each must be in the file, in float32 and with the same shape
 * @throws {RunFolderError} naming the file and the difference
 */
export function readCheckpoint(path: string, parameters: Run['parameters'] = []): Promise<StoredCheckpoint> {
  return readCheckedCheckpoint(path, parameters, ({ state }) => state);
}

/**
 * Reads a checkpoint whose header passes a check. Nothing else is read of one that does not: a huge file costs no more than a small one.
 *
 * @param check gives what is to be the state, or throws a RunFolderError
 * @throws {RunFolderError} naming the file and the difference
 */
export async function readCheckedCheckpoint<State>(
  path: string,
  parameters: Run['parameters'],
  check: (header: CheckpointHeader) => State,
): Promise<StoredCheckpoint<State>> {
  try {
    const file = await openRunFile(dirname(path), basename(path));
    if (file === undefined) throw new RunFolderError('there is no such file');
    try {
      return await decodeCheckpoint(await byteSource(file), parameters, check);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof RunFolderError) {
      throw new RunFolderError(`checkpoint ${basename(path)}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** Reads a checkpoint from its bytes, see {@link readCheckedCheckpoint}. */
export async function decodeCheckpoint<State>(
  source: ByteSource,
  parameters: Run['parameters'],
  check: (header: CheckpointHeader) => State,
): Promise<StoredCheckpoint<State>> {
  const { size } = source;
  if (size > MAX_FILE) throw new RunFolderError(`it has ${size} bytes, expected at most ${MAX_FILE}`);
  const head = await readHead(source);
  const layout = decodeHeader(head, size);
  const header = parseHeader(layout);
  checkParameters(header, parameters);
  const state = check(header);
  const data = await source.read(head.length, size - head.length);
  verifyChecksum(head, data);
  const { records, leftOut } = header;
  return { tensors: decodeTensors(layout, data), state, records, leftOut };
}

/** What a checkpoint's file says of itself, its checksum unverified; undefined if it is damaged. */
export async function readCheckpointLabel(path: string): Promise<CheckpointLabel | undefined> {
  const file = await openRunFile(dirname(path), basename(path));
  if (file === undefined) return undefined;
  try {
    return label.parse(await readMetadata(await byteSource(file)));
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

function parseHeader({ entries, metadata }: TensorHeader): CheckpointHeader {
  if (metadata['format'] !== FORMAT) {
    throw new RunFolderError(`its format is ${JSON.stringify(metadata['format'] ?? null)}, expected "${FORMAT}"`);
  }
  return {
    entries: Object.fromEntries(entries.map(({ name, dtype, shape }) => [name, { dtype, shape }])),
    state: parseState(metadata['state'] ?? 'null'),
    records: parseRecordCounts(metadata['records']),
    leftOut: metadata['leftOut'],
  };
}

function checkParameters({ entries }: CheckpointHeader, parameters: Run['parameters']): void {
  for (const { name, shape } of parameters) {
    const found = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (found === undefined) throw new RunFolderError(`it has no ${name}`);
    if (found.shape.join() !== shape.join()) {
      throw new RunFolderError(`${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`);
    }
    if (found.dtype !== 'F32') throw new RunFolderError(`${name} is ${found.dtype}, expected F32`);
  }
}

/** Verifies the bytes in place: afterwards their checksum reads as zeros. */
function verifyChecksum(head: Buffer, data: Buffer): void {
  const expected = findChecksum(head);
  if (expected === undefined) throw new RunFolderError('it has no checksum');
  head.write(`"sha256":"${NO_CHECKSUM}"`, expected.index);
  const found = sha256([head, data]);
  if (found !== expected.value) throw new RunFolderError(`its SHA-256 is ${found}, expected ${expected.value}`);
}

function parseRecordCounts(text: string | undefined): RecordCounts | undefined {
  if (text === undefined) return undefined;
  const parsed = recordCounts.safeParse(parseJson('records', text));
  if (!parsed.success) throw new RunFolderError(`its records: ${describeIssue(parsed.error)}`);
  return parsed.data;
}

/** The checksum and its position in a file's head. It is the last of the metadata, which come first in the header. */
function findChecksum(head: Buffer): { readonly index: number; readonly value: string } | undefined {
  // Latin-1 gives one character per byte, so that an index in the text is one in the file. The state, which comes before the
  // checksum, can't match the pattern: its quotation marks are escaped.
  const found = CHECKSUM.exec(head.toString('latin1', 8));
  return found?.[1] === undefined ? undefined : { index: 8 + found.index, value: found[1] };
}
