import type { ParsedLine, ScannedRecord, SkippedLine } from '../../src/jsonl-scanner.js';

/** The definition, on the whole file at once: what its ended lines hold, and what follows the last newline. */
export function slowLines<Value>(file: Buffer, parse: (text: string) => ParsedLine<Value>) {
  const records: ScannedRecord<Value>[] = [];
  const skipped: SkippedLine[] = [];
  // One character per byte, so that a position in the text is one in the file.
  const lines = file.toString('latin1').split('\n');
  const tail = lines.pop() ?? '';
  let start = 0;
  lines.forEach((characters, index) => {
    const text = Buffer.from(characters, 'latin1').toString('utf8');
    const parsed = parse(text);
    if ('record' in parsed) records.push({ record: parsed.record, start, end: start + characters.length });
    else if (text.trim() !== '') skipped.push({ line: index + 1, reason: parsed.reason });
    start += characters.length + 1;
  });
  return {
    records,
    skipped,
    lines: lines.length,
    tail: Buffer.from(tail, 'latin1').toString('utf8'),
    tailStart: start,
  };
}
