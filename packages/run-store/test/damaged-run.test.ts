import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord, eventRecord, type EpochRecord, type EventRecord, type Run } from '@fdr/records';
import { everyFlip, everyPrefix, holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createJsonlFile } from '../src/jsonl-file.js';
import { parseRun } from '../src/run-document.js';
import { RunFolderError } from '../src/run-folder-error.js';
import { listRuns } from '../src/run-list.js';
import { openRun } from '../src/run-reader.js';
import { claimRun } from '../src/run-claim.js';
import { continueRun, createRun, NO_RECORDS } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from './sample.js';

const FILES = ['run.json', 'epochs.jsonl', 'events.jsonl', 'steps.f32'] as const;

/** A run of two epochs in a folder of its own. */
async function recordedRun(): Promise<{ readonly runs: string; readonly folder: string }> {
  const runs = await temporaryFolder();
  const writer = await createRun(runs, sampleRun());
  for (const epoch of [1, 2]) {
    writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
  }
  writer.setStatus('finished');
  await writer.close();
  return { runs, folder: writer.folder };
}

/** Everything that can be read of the run; undefined where it is refused in one line. */
async function readAll(runs: string) {
  try {
    const reader = await openRun(runs, 'sample');
    const [epochs, events] = [await reader.epochs(), await reader.events()];
    const rows = await reader.stepRows();
    const buckets = await reader.stepBuckets(0, reader.stepCount(), 3);
    return { reader, epochs, events, rows, buckets, skipped: reader.epochLines.skipped + reader.eventLines.skipped };
  } catch (error) {
    expect(error).toBeInstanceOf(RunFolderError);
    expect(String(error)).toMatch(/^.+$/);
    return undefined;
  }
}

/** The run that a text describes; undefined where it is refused in one line. */
function parsedRun(text: string): Run | undefined {
  try {
    return parseRun(text, 'sample');
  } catch (error) {
    expect(error).toBeInstanceOf(RunFolderError);
    expect(String(error)).toMatch(/^.+$/);
    return undefined;
  }
}

const LINE_FILES: [string, z.ZodType<EpochRecord | EventRecord>][] = [
  ['epochs.jsonl', epochRecord],
  ['events.jsonl', eventRecord],
];

/** The records of one file, and how many of its lines were skipped. */
async function linesOf(folder: string, name: string, schema: z.ZodType<EpochRecord | EventRecord>) {
  const file = createJsonlFile({ folder, name, schema });
  await file.refresh();
  return { records: await file.records(0, file.count), skipped: file.skipped };
}

describe('a damaged run', () => {
  it('gives what it held before, or is refused, where its run.json is cut or any of its bytes is another', async () => {
    const { runs, folder } = await recordedRun();
    const path = join(folder, 'run.json');
    const file = await readFile(path);
    const [prefixes, flips] = [everyPrefix(file), everyFlip(file, 0x21)];
    for (const [index, bytes] of [...prefixes, ...flips].entries()) {
      const text = Buffer.from(bytes).toString('utf8');
      const parsed = parsedRun(text);
      // Its last byte is a newline.
      if (index < prefixes.length) expect(parsed !== undefined).toBe(text.endsWith('\n}'));
      // What the text alone decides, a file of it does too: one in ten shows it.
      if (index % 10 !== 0 && parsed === undefined) continue;
      await writeFile(path, bytes);
      expect((await readAll(runs))?.reader.run.createdAt).toBe(parsed?.createdAt);
    }
  });

  it.each(LINE_FILES)('gives the records before the place where its %s is cut', async (name, schema) => {
    const { runs, folder } = await recordedRun();
    const path = join(folder, name);
    const whole = await linesOf(folder, name, schema);
    expect(whole.records).toHaveLength(2);
    for (const [index, bytes] of everyPrefix(await readFile(path)).entries()) {
      await writeFile(path, bytes);
      const found = await linesOf(folder, name, schema);
      const lines = Buffer.from(bytes)
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '').length;
      expect(found.records).toEqual(whole.records.slice(0, found.records.length));
      expect(found.records.length + found.skipped).toBe(lines);
      if (index % 10 === 0) expect((await readAll(runs))?.skipped).toBe(found.skipped);
    }
  });

  it.each(LINE_FILES)('is read or refused, whichever byte of its %s is another', async (name, schema) => {
    const { runs, folder } = await recordedRun();
    const path = join(folder, name);
    for (const [index, flipped] of everyFlip(await readFile(path), 0x21).entries()) {
      await writeFile(path, flipped);
      const found = await linesOf(folder, name, schema);
      // A newline that is another makes one line of two.
      expect(found.records.length + found.skipped).toBeGreaterThanOrEqual(1);
      if (index % 10 === 0) expect((await readAll(runs))?.skipped).toBe(found.skipped);
    }
  });

  it('gives the whole rows before the place where its steps.f32 is cut, and any bytes of it', async () => {
    const { runs, folder } = await recordedRun();
    const path = join(folder, 'steps.f32');
    const file = await readFile(path);
    for (const bytes of [...everyPrefix(file), ...everyFlip(file, 0x21)]) {
      await writeFile(path, bytes);
      expect((await readAll(runs))?.rows).toEqual(Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 12))));
    }
  });

  it('is read or refused whatever bytes its files hold', async () => {
    const { runs, folder } = await recordedRun();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 5 }).map((lines) => Buffer.from(lines.join('\n'))),
      fc.constant(Buffer.alloc(4096)),
    );
    const kept = await Promise.all(FILES.map((name) => readFile(join(folder, name))));
    await holdsFor(fc.tuple(fc.constantFrom(...FILES), bytes), 100, async ([name, content]) => {
      await writeFile(join(folder, name), content);
      const found = await readAll(runs);
      const { runs: listed, damaged } = await listRuns(runs);
      expect([listed.length, damaged.length]).toEqual(found ? [1, 0] : [0, 1]);
      await writeFile(join(folder, name), kept[FILES.indexOf(name)]!);
    });
  });

  it.each(FILES)(
    'is read or refused if its %s has a line without an end, or one that is nested deeply',
    async (name) => {
      const { runs, folder } = await recordedRun();
      for (const content of [Buffer.alloc(2 ** 21, '['), `{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}\n`]) {
        await writeFile(join(folder, name), content);
        expect((await readAll(runs)) !== undefined).toBe(name !== 'run.json');
      }
    },
  );

  it.each(FILES)('is refused if its %s is a folder, a pipe or a link', async (name) => {
    const { runs, folder } = await recordedRun();
    const path = join(folder, name);
    const kept = `${path}.kept`;
    await cp(path, kept);
    for (const replace of [
      () => mkdir(path),
      () => execFileSync('mkfifo', [path]),
      () => symlink(kept, path),
      () => symlink('/dev/zero', path),
    ]) {
      await rm(path, { recursive: true });
      await replace();
      expect(await readAll(runs)).toBeUndefined();
    }
  });

  it('is read and listed though a pipe, a folder or a link stands in place of its lock', async () => {
    const { runs, folder } = await recordedRun();
    const text = await readFile(join(folder, 'run.json'), 'utf8');
    await writeFile(join(folder, 'run.json'), text.replace('finished', 'running'));
    const lock = join(folder, 'lock');
    for (const replace of [
      () => execFileSync('mkfifo', [lock]),
      () => mkdir(lock),
      () => symlink('/dev/zero', lock),
      () => writeFile(lock, Buffer.alloc(2 ** 20)),
    ]) {
      await replace();
      expect((await readAll(runs))?.reader.run.status).toBe('failed');
      await rm(lock, { recursive: true });
    }
  });

  it('is noticed by a reader if bytes of a file are others and its length is not', async () => {
    const { runs, folder } = await recordedRun();
    const reader = await openRun(runs, 'sample');
    const path = join(folder, 'epochs.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"epoch":1', '"epoch":x'));
    await expect(reader.epochs()).rejects.toThrow(
      new RunFolderError('epochs.jsonl has been changed while it was read'),
    );
    await utimes(path, 1, 1);
    expect(await reader.refresh()).toBe(true);
    expect((await reader.epochs()).map(({ epoch }) => epoch)).toEqual([2]);
    expect(reader.epochLines.skippedLines).toEqual([{ line: 1, reason: 'no JSON' }]);
  });

  it('is not rolled back without its steps or through a link, and says so in one line', async () => {
    const { runs, folder } = await recordedRun();
    const steps = join(folder, 'steps.f32');
    const outside = join(await temporaryFolder(), 'outside');
    await writeFile(outside, 'kept');
    const point = { step: 4, records: { ...NO_RECORDS, epochs: 1, events: 1 }, keepsCommands: true };
    for (const [replace, message] of [
      [() => Promise.resolve(), `can't write to ${folder} (ENOENT)`],
      [() => symlink(outside, steps), `${steps} is a link: nothing is written or deleted behind it`],
    ] as const) {
      await rm(steps, { force: true });
      await replace();
      const claim = await claimRun(runs, 'sample');
      await expect(continueRun(claim, sampleRun(), point)).rejects.toThrow(new RunFolderError(message));
    }
    expect(await readFile(outside, 'utf8')).toBe('kept');
  });
});
