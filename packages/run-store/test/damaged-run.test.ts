import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { everyFlip, everyPrefix, holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

describe('a damaged run', () => {
  it.each(FILES)('gives the records before the place where its %s is cut', async (name) => {
    const { runs, folder } = await recordedRun();
    const whole = await readAll(runs);
    expect([whole?.epochs.length, whole?.events.length, whole?.rows.length]).toEqual([2, 2, 96]);
    for (const bytes of everyPrefix(await readFile(join(folder, name)))) {
      await writeFile(join(folder, name), bytes);
      const cut = Buffer.from(bytes).toString('latin1');
      const found = await readAll(runs);
      if (name === 'run.json') {
        // Its last byte is a newline.
        expect(found !== undefined).toBe(cut.endsWith('\n}'));
        continue;
      }
      expect(found?.epochs).toEqual(whole!.epochs.slice(0, found!.epochs.length));
      expect(found?.events).toEqual(whole!.events.slice(0, found!.events.length));
      expect(Buffer.compare(found!.rows, whole!.rows.subarray(0, found!.rows.length))).toBe(0);
      const lines = cut.split('\n').filter((line) => line !== '').length;
      if (name === 'epochs.jsonl') expect(found!.epochs.length + found!.skipped).toBe(lines);
      if (name === 'events.jsonl') expect(found!.events.length + found!.skipped).toBe(lines);
    }
  });

  it.each(FILES)('is read or refused, whichever byte of its %s is another', async (name) => {
    const { runs, folder } = await recordedRun();
    for (const flipped of everyFlip(await readFile(join(folder, name)), 0x21)) {
      await writeFile(join(folder, name), flipped);
      const found = await readAll(runs);
      if (name !== 'run.json')
        expect(found!.epochs.length + found!.events.length + found!.skipped).toBeGreaterThanOrEqual(3);
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
