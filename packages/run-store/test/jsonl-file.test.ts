import { appendFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createJsonlFile } from '../src/jsonl-file.js';
import { sampleEpoch, temporaryFolder } from './sample.js';

const numbered = z.object({ n: z.int() });

async function numberedFile(text: string) {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  await writeFile(path, text);
  const reported: number[] = [];
  const file = createJsonlFile({ folder, name: 'file', schema: numbered, onRecord: ({ n }) => reported.push(n) });
  await file.refresh();
  return { file, path, reported, numbers: async () => (await file.records(0, Infinity)).map(({ n }) => n) };
}

describe('a JSONL file', () => {
  it('has the whole lines before any byte at which it ends, and counts the torn one', async () => {
    const folder = await temporaryFolder();
    const lines = [1, 2, 3].map((epoch) => JSON.stringify(z.encode(epochRecord, sampleEpoch(epoch))));
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(join(folder, 'cut'), bytes.subarray(0, length));
      const file = createJsonlFile({ folder, name: 'cut', schema: epochRecord });
      await file.refresh();
      // A record that lacks only its newline is whole.
      let begin = 0;
      let whole = 0;
      for (const line of lines) {
        if (length >= begin + line.length) whole++;
        begin += length >= begin + line.length ? line.length + 1 : 0;
      }
      expect([length, file.count, file.skipped]).toEqual([length, whole, length > begin ? 1 : 0]);
      expect(await file.records(0, Infinity)).toEqual([1, 2, 3].slice(0, whole).map((epoch) => sampleEpoch(epoch)));
    }
  });

  it('reports every record once while it grows byte by byte', async () => {
    const { file, path, reported, numbers } = await numberedFile('');
    for (const byte of '{"n":1}\n\n{"n":2}\r\nwrong\n{"n":3}\n') {
      await appendFile(path, byte);
      await file.refresh();
    }
    expect(reported).toEqual([1, 2, 3]);
    expect(await file.refresh()).toBe(false);
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(file.skippedLines).toEqual([{ line: 4, reason: 'no JSON' }]);
    expect(file.skipped).toBe(1);
  });

  it('skips damaged lines with their numbers, and has all other records', async () => {
    const { file, numbers } = await numberedFile(
      `{"n":1}\n\0\0\0\0\n{"n":"two"}\n{"n":2}\n[]\nnull\n{"n":3}{"n":4}\n${'x'.repeat(3 * 2 ** 20)}\n{"n":5}\n{"n":`,
    );
    expect(await numbers()).toEqual([1, 2, 5]);
    expect(file.skippedLines.map(({ line }) => line)).toEqual([2, 3, 5, 6, 7, 8]);
    expect(file.skippedLines[0]?.reason).toBe('NUL bytes');
    expect(file.skippedLines[1]?.reason).toMatch(/^n: /);
    expect(file.skippedLines[5]?.reason).toBe('longer than 1048576 bytes');
    expect(file.skipped).toBe(7);
  });

  it('has records across the borders of chunks, in any range', async () => {
    const { file, numbers } = await numberedFile(
      Array.from({ length: 50_000 }, (_, n) => `{"n":${n},"text":"öä${'x'.repeat(n % 40)}"}\n`).join(''),
    );
    expect(await numbers()).toEqual(Array.from({ length: 50_000 }, (_, n) => n));
    expect((await file.records(40_001, 40_003)).map(({ n }) => n)).toEqual([40_001, 40_002]);
    expect(await file.texts(50_000, 60_000)).toEqual([]);
    expect(await file.texts(7, 7)).toEqual([]);
    expect(await file.texts(0, 1)).toEqual(['{"n":0,"text":"öä"}']);
  });

  it('is read from its start again when it has been truncated or replaced', async () => {
    const { file, path, reported, numbers } = await numberedFile('{"n":1}\n{"n":2}\n');
    await writeFile(path, '{"n":3}\n');
    expect(await file.refresh()).toBe(true);
    expect(await numbers()).toEqual([3]);
    await writeFile(`${path}.new`, '{"n":4}\n{"n":5}\n');
    await rename(`${path}.new`, path);
    await file.refresh();
    expect(await numbers()).toEqual([4, 5]);
    expect(reported).toEqual([1, 2, 3, 4, 5]);
  });

  it('is empty if it is missing, and found when it appears', async () => {
    const folder = await temporaryFolder();
    const file = createJsonlFile({ folder, name: 'later', schema: numbered });
    expect(await file.refresh()).toBe(false);
    expect(file.count).toBe(0);
    await writeFile(join(folder, 'later'), '{"n":1}\n');
    expect(await file.refresh()).toBe(true);
    expect(file.count).toBe(1);
  });

  it('has no records left after it was removed, and those of a new file after that', async () => {
    const { file, path, reported, numbers } = await numberedFile('{"n":1}\nwrong\n{"n":2');
    expect(file.skipped).toBe(2);
    await rm(path);
    expect(await file.refresh()).toBe(true);
    expect(await file.refresh()).toBe(false);
    expect([file.count, file.skipped, file.skippedLines]).toEqual([0, 0, []]);
    await writeFile(path, '{"n":3}\n');
    expect(await file.refresh()).toBe(true);
    expect(await numbers()).toEqual([3]);
    expect(reported).toEqual([1, 3]);
  });

  it('counts all skipped lines and keeps the reasons of the first hundred', async () => {
    const { file } = await numberedFile('wrong\n'.repeat(150));
    expect(file.skipped).toBe(150);
    expect(file.skippedLines).toHaveLength(100);
    expect(file.skippedLines.at(-1)).toEqual({ line: 100, reason: 'no JSON' });
  });

  it('has a last line without its newline once, also after the newline was written', async () => {
    const { file, path, numbers } = await numberedFile('{"n":1}\n{"n":2}');
    expect([file.count, file.skipped]).toEqual([2, 0]);
    await appendFile(path, '\n{"n":3}\n');
    await file.refresh();
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(file.skipped).toBe(0);
  });

  it('counts a last line that is too long as torn, and skips it once when it has ended', async () => {
    const { file, path, numbers } = await numberedFile(`{"n":1}\n${'x'.repeat(2 ** 20 + 1)}`);
    expect([file.count, file.skipped, file.skippedLines]).toEqual([1, 1, []]);
    await appendFile(path, '\n{"n":2}\n');
    await file.refresh();
    expect(await numbers()).toEqual([1, 2]);
    expect(file.skipped).toBe(1);
    expect(file.skippedLines).toEqual([{ line: 2, reason: 'longer than 1048576 bytes' }]);
  });

  it('reports a restart when it has become shorter, before its records', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'file');
    const calls: unknown[] = [];
    const onRecord = ({ n }: z.infer<typeof numbered>) => calls.push(n);
    const file = createJsonlFile({
      folder,
      name: 'file',
      schema: numbered,
      onRecord,
      onRestart: () => calls.push('restart'),
    });
    await writeFile(path, '{"n":1}\n{"n":2}\n');
    await file.refresh();
    await truncate(path, 8);
    await file.refresh();
    await file.refresh();
    expect(calls).toEqual([1, 2, 'restart', 1]);
  });
});
