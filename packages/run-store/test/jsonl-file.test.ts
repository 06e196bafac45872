import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLineFile } from '../src/jsonl-file.js';
import { sampleEpoch, scratch } from './sample.js';

const numbered = z.object({ n: z.int() });

async function numberedFile(text: string) {
  const folder = await scratch();
  const path = join(folder, 'file');
  await writeFile(path, text);
  const told: number[] = [];
  const file = createLineFile({ folder, name: 'file', schema: numbered, onRecord: ({ n }) => told.push(n) });
  await file.refresh();
  return { file, path, told, numbers: async () => (await file.records(0, Infinity)).map(({ n }) => n) };
}

describe('a line file', () => {
  it('cut at every byte gives the whole lines before the cut, and counts the torn one', async () => {
    const folder = await scratch();
    const lines = [1, 2, 3].map((epoch) => JSON.stringify(z.encode(epochRecord, sampleEpoch(epoch))));
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(join(folder, 'cut'), bytes.subarray(0, length));
      const file = createLineFile({ folder, name: 'cut', schema: epochRecord });
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

  it('grown byte by byte gives every record once', async () => {
    const { file, path, told, numbers } = await numberedFile('');
    for (const byte of '{"n":1}\n\n{"n":2}\r\nwrong\n{"n":3}\n') {
      await appendFile(path, byte);
      await file.refresh();
    }
    expect(told).toEqual([1, 2, 3]);
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(file.skippedLines).toEqual([{ line: 4, reason: 'no JSON' }]);
    expect(file.skipped).toBe(1);
  });

  it('skips garbage with its line number and loads the rest', async () => {
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

  it('reads records across block borders, in any range', async () => {
    const { file, numbers } = await numberedFile(
      Array.from({ length: 50_000 }, (_, n) => `{"n":${n},"text":"öä${'x'.repeat(n % 40)}"}\n`).join(''),
    );
    expect(await numbers()).toEqual(Array.from({ length: 50_000 }, (_, n) => n));
    expect((await file.records(40_001, 40_003)).map(({ n }) => n)).toEqual([40_001, 40_002]);
    expect(await file.texts(50_000, 60_000)).toEqual([]);
    expect(await file.texts(7, 7)).toEqual([]);
    expect(await file.texts(0, 1)).toEqual(['{"n":0,"text":"öä"}']);
  });

  it('starts over where the file was cut or replaced', async () => {
    const { file, path, told, numbers } = await numberedFile('{"n":1}\n{"n":2}\n');
    await writeFile(path, '{"n":3}\n');
    expect(await file.refresh()).toBe(true);
    expect(await numbers()).toEqual([3]);
    await writeFile(`${path}.new`, '{"n":4}\n{"n":5}\n');
    await rename(`${path}.new`, path);
    await file.refresh();
    expect(await numbers()).toEqual([4, 5]);
    expect(told).toEqual([1, 2, 3, 4, 5]);
  });

  it('is empty where there is none, and found when it appears', async () => {
    const folder = await scratch();
    const file = createLineFile({ folder, name: 'later', schema: numbered });
    expect(await file.refresh()).toBe(false);
    expect(file.count).toBe(0);
    await writeFile(join(folder, 'later'), '{"n":1}\n');
    expect(await file.refresh()).toBe(true);
    expect(file.count).toBe(1);
  });
});
