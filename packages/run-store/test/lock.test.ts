import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { liveHolder, lockFolder } from '../src/lock.js';
import { scratch } from './sample.js';

/** Writes a lock as another process would have left it. */
async function lockedBy(holder: { pid: number; host?: string; started?: string | null }): Promise<string> {
  const folder = await scratch();
  await writeFile(join(folder, 'lock'), JSON.stringify({ host: hostname(), started: null, key: 'theirs', ...holder }));
  return folder;
}

/** The number of a process that has ended, and that nobody else has by now. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

describe('the lock of a run folder', () => {
  it('admits one, and the next when that one is done', async () => {
    const folder = await scratch();
    const lock = await lockFolder(folder);
    expect((await liveHolder(folder))?.pid).toBe(process.pid);
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid} on ${hostname()}`);
    await lock.release();
    expect(await liveHolder(folder)).toBeUndefined();
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('admits exactly one of many at once, over a dead one too', async () => {
    for (const folder of [await scratch(), await lockedBy({ pid: await deadPid() })]) {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['lock']);
    }
  });

  it('of a dead process is taken over', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    expect(await liveHolder(folder)).toBeUndefined();
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('of a killed process is taken over, even where the takeover itself was cut short', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    await writeFile(join(folder, 'lock.takeover'), await readFile(join(folder, 'lock')));
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of an earlier process with the same number is taken over', async () => {
    const folder = await lockedBy({ pid: process.pid, started: 'another-boot/1' });
    await (await lockFolder(folder)).release();
  });

  it('of another machine stands, and the text says what to do', async () => {
    const folder = await lockedBy({ pid: 1, host: 'elsewhere.example' });
    await expect(lockFolder(folder)).rejects.toThrow(
      `in use by process 1 on elsewhere.example; if that process is gone, remove ${join(folder, 'lock')}`,
    );
  });

  it('that is unreadable is nobody', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'lock'), '{"pid":');
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not released by one who has lost it', async () => {
    const folder = await scratch();
    const lock = await lockFolder(folder);
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'x', started: null, key: 'theirs' }));
    await lock.release();
    expect(await readdir(folder)).toEqual(['lock']);
  });
});
