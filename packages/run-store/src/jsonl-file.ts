import type { z } from 'zod';
import { openRunFile, readAt } from './paths.js';

const BLOCK = 256 * 1024;
/** A longer line is garbage: it is skipped without being held in memory. */
const MAX_LINE = 1024 * 1024;
/** How many skipped lines are remembered with their reason; more are only counted. */
const MAX_REASONS = 100;

export interface SkippedLine {
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly reason: string;
}

/**
 * A file of one JSON record a line, perhaps still growing. Lines that are no record (torn, NUL bytes, garbage, another
 * schema) are skipped and counted, and the others numbered from 0 without gaps. In memory stand only the places of
 * the records.
 */
export interface LineFile<Record> {
  /** Records found by the last refresh. */
  readonly count: number;
  /** Lines skipped, a torn last line that may yet be completed included. */
  readonly skipped: number;
  readonly skippedLines: readonly SkippedLine[];
  /** Looks for new lines; true where something has changed. One at a time. */
  refresh(): Promise<boolean>;
  /** The lines of records `from .. to - 1`, as they stand in the file; each has passed the schema. */
  texts(from: number, to: number): Promise<string[]>;
  records(from: number, to: number): Promise<Record[]>;
}

export interface LineFileOptions<Schema extends z.ZodType> {
  readonly folder: string;
  readonly name: string;
  readonly schema: Schema;
  /** Called with each record once, in order. */
  readonly onRecord?: (record: z.output<Schema>) => void;
  /** Called where the file was replaced or cut, before its records are told again. */
  readonly onRestart?: () => void;
}

export function createLineFile<Schema extends z.ZodType>({
  folder,
  name,
  schema,
  onRecord,
  onRestart,
}: LineFileOptions<Schema>): LineFile<z.output<Schema>> {
  const starts: number[] = [];
  const ends: number[] = [];
  const reasons: SkippedLine[] = [];
  let skipped = 0;
  let torn = 0;
  let line = 0;
  let inode: number | undefined;
  /** Where the first line begins that is not done yet. */
  let offset = 0;
  /** Where the line at `offset` is known to be without end so far. */
  let scanned = 0;

  function restart(): void {
    starts.length = ends.length = reasons.length = 0;
    skipped = torn = line = offset = scanned = 0;
    onRestart?.();
  }

  function parsed(text: string): { record: z.output<Schema> } | { reason: string } {
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

  function accept(start: number, end: number, record: z.output<Schema>): void {
    starts.push(start);
    ends.push(end);
    onRecord?.(record);
  }

  function skip(reason: string): void {
    skipped++;
    if (reasons.length < MAX_REASONS) reasons.push({ line, reason });
  }

  /** One line without its newline; `offset` is where it begins. */
  function take(text: string, length: number): void {
    line++;
    if (text.trim() === '') return;
    const result = parsed(text);
    if ('record' in result) accept(offset, offset + length, result.record);
    else skip(result.reason);
  }

  /** The end of the file without a newline: a whole record counts, for no shorter text could be its JSON. */
  function takeTail(text: string, length: number): void {
    torn = 0;
    if (text.trim() === '') return;
    const result = parsed(text);
    if (!('record' in result)) {
      torn = 1;
      return;
    }
    accept(offset, offset + length, result.record);
    // Its newline will follow as the end of a line that reads as empty and is not counted again.
    offset += length;
  }

  async function refresh(): Promise<boolean> {
    const file = await openRunFile(folder, name);
    if (file === undefined) {
      if (inode === undefined) return false;
      inode = undefined;
      restart();
      return true;
    }
    try {
      const { size, ino } = await file.stat();
      const changed = ino !== inode || size !== scanned;
      if (inode !== undefined && (ino !== inode || size < scanned)) restart();
      inode = ino;
      if (!changed) return false;
      let carry: Buffer = Buffer.alloc(0);
      let position = offset;
      let tooLong = false;
      while (position < size) {
        const block = await readAt(file, position, Math.min(BLOCK, size - position));
        if (block.length === 0) break;
        position += block.length;
        let bytes: Buffer = tooLong ? block : Buffer.concat([carry, block]);
        for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
          if (tooLong || end > MAX_LINE) {
            line++;
            skip(`longer than ${MAX_LINE} bytes`);
          } else {
            take(bytes.toString('utf8', 0, end), end);
          }
          bytes = bytes.subarray(end + 1);
          offset = position - bytes.length;
          tooLong = false;
        }
        tooLong ||= bytes.length > MAX_LINE;
        carry = tooLong ? Buffer.alloc(0) : bytes;
      }
      if (tooLong) torn = 1;
      else takeTail(carry.toString('utf8'), carry.length);
      scanned = size;
      return true;
    } finally {
      await file.close();
    }
  }

  async function texts(from: number, to: number): Promise<string[]> {
    const last = Math.min(to, starts.length);
    const first = starts[from];
    const end = ends[last - 1];
    if (from >= last || first === undefined || end === undefined) return [];
    const file = await openRunFile(folder, name);
    if (file === undefined) return [];
    try {
      const bytes = await readAt(file, first, end - first);
      return starts
        .slice(from, last)
        .map((start, i) => bytes.toString('utf8', start - first, (ends[from + i] ?? 0) - first));
    } finally {
      await file.close();
    }
  }

  return {
    get count() {
      return starts.length;
    },
    get skipped() {
      return skipped + torn;
    },
    skippedLines: reasons,
    refresh,
    texts,
    records: async (from, to) => (await texts(from, to)).map((text) => schema.parse(JSON.parse(text))),
  };
}
