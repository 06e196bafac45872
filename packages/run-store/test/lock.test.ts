import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { activeLockHolder, assertUnlocked, lockFolder } from '../src/lock.js';
import { temporaryFolder } from './sample.js';

/** A folder with a lock as another process would have left it. */
async function lockedBy(holder: { pid: number; host?: string; started?: string | null }): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'lock'), JSON.stringify({ host: hostname(), started: null, key: 'theirs', ...holder }));
  return folder;
}

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

describe('the lock of a run folder', () => {
  it('is held by one writer, and by the next after its release', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    expect((await activeLockHolder(folder))?.pid).toBe(process.pid);
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid} on ${hostname()}`);
    await lock.release();
    expect(await activeLockHolder(folder)).toBeUndefined();
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is won by exactly one of many at once, also when it replaces that of a dead process', async () => {
    for (const folder of [await temporaryFolder(), await lockedBy({ pid: await deadPid() })]) {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['lock']);
    }
  });

  it('is reported to others while its holder may be alive, and not after', async () => {
    const folder = await temporaryFolder();
    await assertUnlocked(folder);
    const lock = await lockFolder(folder);
    await expect(assertUnlocked(folder)).rejects.toThrow(
      `${folder} is in use by process ${process.pid} on ${hostname()}`,
    );
    await lock.release();
    await assertUnlocked(folder);
    await assertUnlocked(await lockedBy({ pid: await deadPid() }));
    const elsewhere = await lockedBy({ pid: await deadPid(), host: 'elsewhere.example' });
    await expect(assertUnlocked(elsewhere)).rejects.toThrow(/remove .*lock$/);
  });

  it('is replaced if its process is gone', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    expect(await activeLockHolder(folder)).toBeUndefined();
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('is replaced if its process is gone and another died while replacing it', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    await writeFile(join(folder, 'lock.takeover'), await readFile(join(folder, 'lock')));
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not replaced while another process that may be alive is replacing it', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    const other = await lockedBy({ pid: process.pid });
    await writeFile(join(folder, 'lock.takeover'), await readFile(join(other, 'lock')));
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
    expect((await readdir(folder)).toSorted()).toEqual(['lock', 'lock.takeover']);
  });

  it.runIf(process.platform === 'linux')(
    'is replaced if its process is gone and another has the same pid',
    async () => {
      const folder = await lockedBy({ pid: process.pid, started: 'another-boot/1' });
      await (await lockFolder(folder)).release();
    },
  );

  it('is kept if it comes from another machine, with advice in the message', async () => {
    const folder = await lockedBy({ pid: 1, host: 'elsewhere.example' });
    await expect(lockFolder(folder)).rejects.toThrow(
      `in use by process 1 on elsewhere.example; if that process is gone, remove ${join(folder, 'lock')}`,
    );
  });

  it('is replaced if it is unreadable', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'lock'), '{"pid":');
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not released by a writer that has lost it', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'x', started: null, key: 'theirs' }));
    await lock.release();
    expect(await readdir(folder)).toEqual(['lock']);
  });
});
