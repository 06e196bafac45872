import { describe, expect, it } from 'vitest';
import {
  FILE_START,
  MAX_LINE_BYTES,
  scanChunk,
  scanTail,
  startScan,
  type ParsedLine,
  type ScannedRecord,
  type ScanState,
  type SkippedLine,
} from '../src/jsonl-scanner.js';
import { slowLines } from './reference/lines.js';

/** A line is a record if it is `<number>` with any text around it that has no other angle brackets. */
function parse(text: string): ParsedLine<number> {
  const [, digits] = /^[^<>]*<(\d+)>[^<>]*$/.exec(text) ?? [];
  return digits === undefined ? { reason: JSON.stringify(text) } : { record: Number(digits) };
}

/** Records of one byte to some, blank lines, CR LF, NUL bytes, garbage, two records in one line, UTF-8 of 2 to 4 bytes. */
const SAMPLE = Buffer.from('<1>\n\n<2>\r\n \t \nöä<3>€\nwrong\n\0\0\0\n<4>\n<5><6>\n\r\n😀\n<7>😀\n<8>\n\n\n<99');

/** Scans chunks one after another, and gives everything that was found. */
function scanAll(chunks: readonly Buffer[], from = startScan(FILE_START)) {
  const records: ScannedRecord<number>[] = [];
  const skipped: SkippedLine[] = [];
  let state: ScanState = from;
  for (const chunk of chunks) {
    const scanned = scanChunk(state, chunk, parse);
    records.push(...scanned.records);
    skipped.push(...scanned.skipped);
    state = scanned.state;
  }
  return { records, skipped, state };
}

describe('a scan of lines', () => {
  it('finds the records and damaged lines of a sample', () => {
    const { records, skipped, state } = scanAll([SAMPLE]);
    expect(records.map(({ record }) => record)).toEqual([1, 2, 3, 4, 7, 8]);
    expect(skipped).toEqual([
      { line: 6, reason: '"wrong"' },
      { line: 7, reason: String.raw`"\u0000\u0000\u0000"` },
      { line: 9, reason: '"<5><6>"' },
      { line: 11, reason: '"😀"' },
    ]);
    expect([state.line, state.offset, state.nextByte]).toEqual([15, SAMPLE.length - 3, SAMPLE.length]);
    expect(scanTail(state, parse)).toEqual({
      record: undefined,
      torn: true,
      next: { line: 15, offset: SAMPLE.length - 3 },
    });
  });

  const offsets = Array.from({ length: SAMPLE.length + 1 }, (_, offset) => offset);

  it.each(offsets)('finds the same when the sample is divided into two chunks at byte %i', (offset) => {
    const expected = slowLines(SAMPLE, parse);
    const found = scanAll([SAMPLE.subarray(0, offset), SAMPLE.subarray(offset)]);
    expect(found.records).toEqual(expected.records);
    expect(found.skipped).toEqual(expected.skipped);
    expect(found.state.line).toBe(expected.lines);
    expect(found.state.offset).toBe(expected.tailStart);
    expect(found.state.unfinished?.toString('utf8')).toBe(expected.tail);
  });

  it.each([1, 2, 3, 5, 7])('finds the same when the sample comes in chunks of %i bytes', (size) => {
    const chunks: Buffer[] = [];
    for (let begin = 0; begin < SAMPLE.length; begin += size) chunks.push(SAMPLE.subarray(begin, begin + size));
    const expected = slowLines(SAMPLE, parse);
    const found = scanAll(chunks);
    expect(found.records).toEqual(expected.records);
    expect(found.skipped).toEqual(expected.skipped);
    expect(found.state.offset).toBe(expected.tailStart);
  });

  it.each(offsets)('tells a whole last line from a torn one when the sample ends at byte %i', (length) => {
    const file = SAMPLE.subarray(0, length);
    const { tail, tailStart, lines } = slowLines(file, parse);
    const found = scanTail(scanAll([file]).state, parse);
    const parsed = parse(tail);
    const isRecord = 'record' in parsed;
    expect(found.torn).toBe(!isRecord && tail.trim() !== '');
    expect(found.record).toEqual(isRecord ? { record: parsed.record, start: tailStart, end: length } : undefined);
    expect(found.next).toEqual({ line: lines, offset: isRecord ? length : tailStart });
  });

  it.each(offsets)('finds the same when it stops at byte %i and is started again where the tail says', (length) => {
    const before = scanAll([SAMPLE.subarray(0, length)]);
    const tail = scanTail(before.state, parse);
    const after = scanAll([SAMPLE.subarray(tail.next.offset)], startScan(tail.next));
    const records = [...before.records, ...(tail.record === undefined ? [] : [tail.record]), ...after.records];
    const expected = slowLines(SAMPLE, parse);
    // A record without its newline is found before what may follow in its line; these bytes then are a line of their own.
    const numbers = records.map(({ record }) => record);
    expect(numbers).toEqual(isWithinTwoRecords(length) ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2, 3, 4, 7, 8]);
    expect(after.state.line).toBe(expected.lines);
    expect(after.state.offset).toBe(expected.tailStart);
  });

  it.each([
    [MAX_LINE_BYTES, [1, 2, 3], []],
    [MAX_LINE_BYTES + 1, [1, 3], [{ line: 2, reason: 'longer than 1048576 bytes' }]],
    [3 * MAX_LINE_BYTES, [1, 3], [{ line: 2, reason: 'longer than 1048576 bytes' }]],
  ])('has a line of %i bytes as a record only up to 1 MiB, in chunks of any size', (length, numbers, skippedLines) => {
    const file = Buffer.from(`<1>\n${'<2>'.padEnd(length)}\n<3>\n`);
    for (const size of [file.length, 4, 7, 1000, 2 ** 18, length - 1, length, length + 1, length + 4, length + 5]) {
      // The first chunk alone has this size where it is small: a million chunks tell no more.
      const cuts = size < 1000 ? [0, size, file.length] : [0, size, 2 * size, 3 * size, file.length];
      const chunks = cuts.slice(1).map((end, index) => file.subarray(cuts[index], end));
      const { records, skipped, state } = scanAll(chunks);
      expect(records.map(({ record }) => record)).toEqual(numbers);
      expect(skipped).toEqual(skippedLines);
      expect(records.at(-1)).toEqual({ record: 3, start: length + 5, end: length + 8 });
      expect(state.offset).toBe(file.length);
    }
  });

  it('keeps no bytes of a line that is too long', () => {
    const half = Buffer.alloc(MAX_LINE_BYTES / 2 + 1, 'x');
    const { state } = scanAll([half, half]);
    expect(state).toEqual({ line: 0, offset: 0, nextByte: MAX_LINE_BYTES + 2, unfinished: undefined });
    expect(scanTail(state, parse)).toEqual({ record: undefined, torn: true, next: FILE_START });
  });

  it('does not change the state that it was given', () => {
    const state = Object.freeze(startScan({ line: 4, offset: 100 }));
    const { records, state: next } = scanChunk(state, Buffer.from('<1>\n<2>'), parse);
    expect(records).toEqual([{ record: 1, start: 100, end: 103 }]);
    expect(state).toEqual({ line: 4, offset: 100, nextByte: 100, unfinished: Buffer.alloc(0) });
    expect(next).toEqual({ line: 5, offset: 104, nextByte: 107, unfinished: Buffer.from('<2>') });
  });
});

/** Whether a file that ends there ends after the first of the two records in one line, or with the second begun. */
function isWithinTwoRecords(length: number): boolean {
  return length === SAMPLE.indexOf('<5>') + 3;
}
