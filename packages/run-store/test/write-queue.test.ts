import { mkdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually, hasSmallDisks, smallDisk } from '@fdr/testing';
import { openRun } from '../src/run-reader.js';
import { createWriteQueue } from '../src/write-queue.js';
import { createRun } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, temporaryFolder } from './sample.js';

const text = (value: string) => Buffer.from(value);

/** A queue in a folder where `file` can't be written until `recover` is called. */
async function blockedQueue({ limit = 1000, retryAfter = 1 } = {}) {
  const folder = await temporaryFolder();
  const warnings: string[] = [];
  const queue = createWriteQueue({ folder, limit, retryAfter, warn: (message) => warnings.push(message) });
  await mkdir(join(folder, 'file'));
  return { queue, warnings, path: join(folder, 'file'), recover: () => rmdir(join(folder, 'file')) };
}

describe('a write queue', () => {
  it('writes in the order of the calls', async () => {
    const folder = await temporaryFolder();
    const queue = createWriteQueue({ folder, limit: 1000, retryAfter: 1, warn: () => undefined });
    for (let i = 0; i < 50; i++) queue.append('a', text(`${i} `));
    queue.replace('b', text('old'));
    queue.replace('b', text('new'));
    queue.append('a', text('end'));
    await queue.settled();
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe(`${Array.from({ length: 50 }, (_, i) => i).join(' ')} end`);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('new');
    expect(await queue.close()).toEqual({ lost: {}, error: undefined });
  });

  it('tries again after an error, warns once, and loses nothing within the limit', async () => {
    const { queue, warnings, path, recover } = await blockedQueue();
    queue.append('file', text('one '));
    await queue.settled();
    queue.append('file', text('two '));
    await queue.settled();
    expect(warnings).toEqual([expect.stringMatching(/^can't write to .* \(EISDIR\): keeping records in memory/)]);
    await recover();
    await eventually(async () => expect(await readFile(path, 'utf8')).toBe('one two '));
    await queue.settled();
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/works again$/);
    expect(await queue.close()).toEqual({ lost: {}, error: undefined });
  });

  it('drops the oldest appends beyond the limit, counts them, and puts filler in their place', async () => {
    const { queue, warnings, path, recover } = await blockedQueue({ limit: 40, retryAfter: 1e6 });
    for (let i = 0; i < 10; i++) queue.append('file', text(`row${i}`.padEnd(10, '.')), text('-'));
    queue.append('file', text('no filler '));
    await queue.settled();
    for (let i = 0; i < 3; i++) queue.append('file', text(`last${i}`.padEnd(10, '.')), text('-'));
    await recover();
    expect(await queue.close()).toEqual({ lost: { file: 10 }, error: undefined });
    // The first may be written in part, so it is never dropped; with three more it makes 40 bytes.
    expect(await readFile(path, 'utf8')).toBe(`row0......${'-'.repeat(90)}last0.....last1.....last2.....`);
    expect(warnings[1]).toMatch(/lost meanwhile: 10 appends to file$/);
  });

  it('reports at the end what could not be written, after a last attempt without another warning', async () => {
    const { queue, warnings } = await blockedQueue({ retryAfter: 1e6 });
    queue.append('file', text('one'));
    expect(await queue.close()).toEqual({ lost: {}, error: 'EISDIR' });
    expect(warnings).toHaveLength(1);
  });

  it('tries again after a delay that doubles up to 30 s, and keeps no process alive for it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => setTimeout.mockRestore());
    const { queue } = await blockedQueue({ retryAfter: 9000 });
    queue.append('file', text('one'));
    const delays: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await queue.settled();
      const before = Date.now();
      vi.advanceTimersToNextTimer();
      delays.push(Date.now() - before);
    }
    expect(delays).toEqual([9000, 18_000, 30_000, 30_000]);
    expect(setTimeout.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).not.toContain(true);
    expect(await queue.close()).toEqual({ lost: {}, error: 'EISDIR' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe.runIf(hasSmallDisks)('a run on a full disk', () => {
  it('continues, and its steps keep their numbers when there is room again', async () => {
    const disk = smallDisk(256 * 1024);
    const runs = disk.folder;
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    const writer = await createRun(runs, sampleRun(), { warn, backlog: 4000, retryAfter: 1 });
    writer.appendSteps(sampleSteps(0, 4));
    await writer.settled();
    await disk.fill();
    for (let epoch = 2; epoch <= 200; epoch++) {
      writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
      writer.appendEpoch(sampleEpoch(epoch));
    }
    await writer.settled();
    expect(await writer.sync()).toBe('ENOSPC');
    expect(warnings).toEqual([expect.stringMatching(/ENOSPC/)]);
    await disk.free();
    const { lost, error } = await writer.close();
    expect(error).toBeUndefined();
    expect(lost['epochs.jsonl']).toBeGreaterThan(0);

    const reader = await openRun(runs, 'sample');
    expect(reader.stepCount()).toBe(800);
    const rows = new Float32Array(new Uint8Array(await reader.stepRows()).buffer);
    const exact = sampleSteps(0, 800);
    const missing = rows.filter(Number.isNaN).length / 3;
    expect(missing).toBe(4 * lost['steps.f32']!);
    rows.forEach((value, i) => Number.isNaN(value) || expect(value).toBe(exact[i]));
    expect(reader.lastEpoch).toEqual(sampleEpoch(200));
  });
});
