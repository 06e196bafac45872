import type { FileHandle } from 'node:fs/promises';
import type { z } from 'zod';
import {
  FILE_START,
  scanChunk,
  scanTail,
  startScan,
  type ParsedLine,
  type ScannedChunk,
  type ScannedRecord,
  type ScannedTail,
  type SkippedLine,
} from './jsonl-scanner.js';
import { openRunFile, readAt } from './paths.js';
import { RunFolderError } from './run-folder-error.js';

const CHUNK_BYTES = 256 * 1024;
/** How many skipped lines are kept with their reason; more are only counted. */
const MAX_REASONS = 100;

/**
 * A file with one JSON record a line, which may still be growing. Lines that are no record (torn, NUL bytes, garbage, another
 * schema) are skipped and counted; the others are numbered from 0 without gaps. Only the byte ranges of the records are kept
 * in memory.
 */
export interface JsonlFile<Value> {
  /** Records found by the last refresh. */
  readonly count: number;
  /** Lines skipped, a torn last line included, which may yet be completed. */
  readonly skipped: number;
  /** The first hundred skipped lines, without the torn last one. */
  readonly skippedLines: readonly SkippedLine[];
  /**
   * Reads what is new in the file. Only one call may run at a time.
   *
   * @returns whether anything has changed
   */
  refresh(): Promise<boolean>;
  /** The lines of records `from .. to - 1` as they stand in the file; each of them matches the schema. */
  texts(from: number, to: number): Promise<string[]>;
  /**
   * Records `from .. to - 1`.
   *
   * @throws {RunFolderError} if a line is no longer what the last refresh found
   */
  records(from: number, to: number): Promise<Value[]>;
}

/** Which file to read, and what to call for its records. */
export interface JsonlFileOptions<Schema extends z.ZodType> {
  /** The run folder. */
  readonly folder: string;
  /** The file's name in the folder. */
  readonly name: string;
  /** What a line must match to be a record. */
  readonly schema: Schema;
  /** Called once with each record, in order. */
  readonly onRecord?: ((record: z.output<Schema>) => void) | undefined;
  /** Called when the file has been replaced or has changed without growing, before its records are reported again. */
  readonly onRestart?: (() => void) | undefined;
}

/** Opens nothing yet: the file is read by {@link JsonlFile.refresh}, and may be missing until then. */
export function createJsonlFile<Schema extends z.ZodType>({
  folder,
  name,
  schema,
  onRecord,
  onRestart,
}: JsonlFileOptions<Schema>): JsonlFile<z.output<Schema>> {
  const index = createIndex(onRecord);
  let position = FILE_START;
  /** The file's size, time and identity at the last refresh. */
  let knownSize = 0;
  let knownTime = 0;
  let inode: number | undefined;

  function restart(): void {
    index.clear();
    position = FILE_START;
    knownSize = 0;
    onRestart?.();
  }

  /** Scans the file from the first unfinished line to byte `size`. */
  async function scan(file: FileHandle, size: number): Promise<void> {
    const parse = (text: string): ParsedLine<z.output<Schema>> => parseRecord(schema, text);
    let state = startScan(position);
    while (state.nextByte < size) {
      const chunk = await readAt(file, state.nextByte, Math.min(CHUNK_BYTES, size - state.nextByte));
      if (chunk.length === 0) break;
      const scanned = scanChunk(state, chunk, parse);
      index.addChunk(scanned);
      state = scanned.state;
      position = { line: state.line, offset: state.offset };
    }
    const tail = scanTail(state, parse);
    index.addTail(tail);
    position = tail.next;
  }

  async function refresh(): Promise<boolean> {
    const file = await openRunFile(folder, name);
    if (file === undefined) {
      const wasThere = inode !== undefined;
      inode = undefined;
      if (wasThere) restart();
      return wasThere;
    }
    try {
      const { size, ino, mtimeMs } = await file.stat();
      if (ino === inode && size === knownSize && mtimeMs === knownTime) return false;
      // What has been written without growing has other bytes in old places.
      if (inode !== undefined && (ino !== inode || size <= knownSize)) restart();
      inode = ino;
      await scan(file, size);
      knownSize = size;
      knownTime = mtimeMs;
      return true;
    } finally {
      await file.close();
    }
  }

  const texts = (from: number, to: number): Promise<string[]> => readRanges(folder, name, index.ranges.slice(from, to));

  return {
    get count() {
      return index.ranges.length;
    },
    get skipped() {
      return index.skipped();
    },
    skippedLines: index.skippedLines,
    refresh,
    texts,
    records: async (from, to) => (await texts(from, to)).map((text) => recordAgain(name, schema, text)),
  };
}

/** Bytes `start .. end - 1` of a file. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is known of a file's lines. */
interface LineIndex<Value> {
  readonly ranges: readonly ByteRange[];
  readonly skippedLines: readonly SkippedLine[];
  skipped(): number;
  addChunk(chunk: ScannedChunk<Value>): void;
  addTail(tail: ScannedTail<Value>): void;
  clear(): void;
}

function createIndex<Value>(onRecord: ((record: Value) => void) | undefined): LineIndex<Value> {
  const ranges: ByteRange[] = [];
  const skippedLines: SkippedLine[] = [];
  let skippedCount = 0;
  let isTorn = false;

  function add({ start, end, record }: ScannedRecord<Value>): void {
    ranges.push({ start, end });
    onRecord?.(record);
  }

  return {
    ranges,
    skippedLines,
    skipped: () => skippedCount + Number(isTorn),
    addChunk: ({ records, skipped }) => {
      records.forEach(add);
      skippedCount += skipped.length;
      skippedLines.push(...skipped.slice(0, MAX_REASONS - skippedLines.length));
    },
    addTail: ({ record, torn }) => {
      if (record !== undefined) add(record);
      isTorn = torn;
    },
    clear: () => {
      ranges.length = 0;
      skippedLines.length = 0;
      skippedCount = 0;
      isTorn = false;
    },
  };
}

function parseRecord<Schema extends z.ZodType>(schema: Schema, text: string): ParsedLine<z.output<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: text.includes('\0') ? 'NUL bytes' : 'no JSON' };
  }
  const result = schema.safeParse(value);
  if (result.success) return { record: result.data };
  const [issue] = result.error.issues;
  return { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no record'}` };
}

/** A record that has been parsed before. */
function recordAgain<Schema extends z.ZodType>(name: string, schema: Schema, text: string): z.output<Schema> {
  const parsed = parseRecord(schema, text);
  if ('record' in parsed) return parsed.record;
  throw new RunFolderError(`${name} has been changed while it was read`);
}

/** The texts of byte ranges in ascending order, read in one go; none where the file is gone. */
async function readRanges(folder: string, name: string, ranges: readonly ByteRange[]): Promise<string[]> {
  const [first] = ranges;
  const last = ranges.at(-1);
  if (first === undefined || last === undefined) return [];
  const file = await openRunFile(folder, name);
  if (file === undefined) return [];
  try {
    const bytes = await readAt(file, first.start, last.end - first.start);
    return ranges.map(({ start, end }) => bytes.toString('utf8', start - first.start, end - first.start));
  } finally {
    await file.close();
  }
}
