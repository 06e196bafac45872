/** A longer line is damaged: it is skipped without being held in memory. */
export const MAX_LINE_BYTES: number = 1024 * 1024;

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/** A line that is no record, and why. */
export interface SkippedLine {
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly reason: string;
}

/** What a line's text holds: a record, or the reason why it is none. */
export type ParsedLine<Value> = { readonly record: Value } | { readonly reason: string };

/** A record and the bytes `start .. end - 1` of the file that hold its text, without the newline. */
export interface ScannedRecord<Value> {
  readonly record: Value;
  readonly start: number;
  readonly end: number;
}

/** The first line that has not ended yet: how many lines come before it, and the byte at which it begins. */
export interface LinePosition {
  readonly line: number;
  readonly offset: number;
}

/** The beginning of a file. */
export const FILE_START: LinePosition = { line: 0, offset: 0 };

/** The state of a scan between two chunks. */
export interface ScanState extends LinePosition {
  /** Byte of the file at which the next chunk begins. */
  readonly nextByte: number;
  /** The bytes of the unfinished line so far; undefined once it is longer than {@link MAX_LINE_BYTES}. */
  readonly unfinished: Buffer | undefined;
}

/** What a chunk's lines hold. Blank lines are counted as lines, and are neither records nor skipped. */
export interface ScannedChunk<Value> {
  readonly records: readonly ScannedRecord<Value>[];
  readonly skipped: readonly SkippedLine[];
  readonly state: ScanState;
}

/** What follows the last newline of a file. */
export interface ScannedTail<Value> {
  /** The record of a line that lacks nothing but its newline. */
  readonly record: ScannedRecord<Value> | undefined;
  /** Whether the file ends within a line that is no record yet. */
  readonly torn: boolean;
  /** Where the next scan begins: at a torn line it begins with that line again. */
  readonly next: LinePosition;
}

/** A scan that begins with the first byte of a line. */
export function startScan(from: LinePosition): ScanState {
  return { ...from, nextByte: from.offset, unfinished: EMPTY };
}

/**
 * Reads the lines that end within a chunk. A pure function: the lines of a file are the same, however it is divided into chunks.
 *
 * @param chunk the file's bytes from `state.nextByte` on; the next state may hold a view of it
 * @param parse tells a record from a damaged line; called once for each line that is neither blank nor too long
 */
export function scanChunk<Value>(
  state: ScanState,
  chunk: Buffer,
  parse: (text: string) => ParsedLine<Value>,
): ScannedChunk<Value> {
  const records: ScannedRecord<Value>[] = [];
  const skipped: SkippedLine[] = [];
  let { line, offset, unfinished } = state;
  let begin = 0;
  for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
    const bytes = append(unfinished, chunk.subarray(begin, end));
    const parsed = parseLine(bytes, parse);
    begin = end + 1;
    const nextLine = state.nextByte + begin;
    line += 1;
    if (parsed !== undefined && 'record' in parsed) {
      records.push({ record: parsed.record, start: offset, end: nextLine - 1 });
    }
    if (parsed !== undefined && 'reason' in parsed) skipped.push({ line, reason: parsed.reason });
    offset = nextLine;
    unfinished = EMPTY;
  }
  unfinished = append(unfinished, chunk.subarray(begin));
  return { records, skipped, state: { line, offset, nextByte: state.nextByte + chunk.length, unfinished } };
}

/**
 * Reads what follows the last newline, once the file has no more bytes for now. A whole record counts although its newline is
 * missing, because no shorter text could be its JSON.
 */
export function scanTail<Value>(
  { line, offset, unfinished }: ScanState,
  parse: (text: string) => ParsedLine<Value>,
): ScannedTail<Value> {
  const parsed = parseLine(unfinished, parse);
  if (unfinished === undefined || parsed === undefined || 'reason' in parsed) {
    return { record: undefined, torn: parsed !== undefined, next: { line, offset } };
  }
  const end = offset + unfinished.length;
  // The newline that follows will end a line that reads as blank, so that the record is not counted twice.
  return { record: { record: parsed.record, start: offset, end }, torn: false, next: { line, offset: end } };
}

/** Undefined where the line becomes too long. */
function append(line: Buffer | undefined, bytes: Buffer): Buffer | undefined {
  if (line === undefined || line.length + bytes.length > MAX_LINE_BYTES) return undefined;
  return line.length === 0 ? bytes : Buffer.concat([line, bytes]);
}

/** Undefined where the line is blank. */
function parseLine<Value>(
  line: Buffer | undefined,
  parse: (text: string) => ParsedLine<Value>,
): ParsedLine<Value> | undefined {
  if (line === undefined) return { reason: `longer than ${MAX_LINE_BYTES} bytes` };
  const text = line.toString('utf8');
  return text.trim() === '' ? undefined : parse(text);
}
