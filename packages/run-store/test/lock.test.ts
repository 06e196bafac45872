import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PathLike } from 'node:fs';
import fs, { readdir, readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ownHolder, type LockHolder } from '../src/lock-holder.js';
import { activeLockHolder, assertUnlocked, lockFolder, type Lock } from '../src/lock.js';
import { temporaryFolder } from './sample.js';

const KEY = '0123456789ab';
/** The file that a process holds while it replaces the lock with that key. */
const TAKEOVER = `lock.${KEY}.takeover`;

/** A lock as another process would have left it. */
const lockOf = (holder: Partial<LockHolder>) => JSON.stringify({ ...ownHolder(KEY), started: null, ...holder });

async function lockedBy(holder: Partial<LockHolder>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'lock'), lockOf(holder));
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
    const pid = await deadPid();
    const replacing = await lockedBy({ pid });
    await writeFile(join(replacing, TAKEOVER), lockOf({ pid, key: 'ba9876543210' }));
    for (const folder of [await temporaryFolder(), await lockedBy({ pid }), replacing]) {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await readdir(folder)).toSorted()).toEqual(['lock', expect.stringMatching(/^lock\.[0-9a-f]{12}\.sock$/)]);
    }
  });

  it('is never held twice, however often it changes hands', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    let holders = 0;
    let held = 0;
    const contend = async () => {
      while (held < 50) {
        const lock = await lockFolder(folder).catch((error: unknown) => {
          expect(String(error)).toMatch(/in use by process|being locked by another/);
        });
        if (lock === undefined) continue;
        expect(++holders).toBe(1);
        held += 1;
        await setImmediate();
        holders -= 1;
        await lock.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, contend));
    expect(await readdir(folder)).toEqual([]);
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
    const elsewhere = await lockedBy({ pid: await deadPid(), host: 'elsewhere.example', boot: 'another boot' });
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
    await writeFile(join(folder, TAKEOVER), lockOf({ pid: await deadPid(), key: 'ba9876543210' }));
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not replaced if another process did so a moment before', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    let first: Lock | undefined;
    const { link } = fs;
    const spy = vi.spyOn(fs, 'link').mockImplementation(async (from, to) => {
      if (basename(String(to)) === TAKEOVER) {
        // The lock was found to be that of a dead process. Before it is claimed, somebody else claims, replaces and holds it.
        spy.mockRestore();
        syncBuiltinESMExports();
        first = await lockFolder(folder);
        // Its file is gone, as all attempts are removed: this process has one again.
        await writeFile(from, 'late');
      }
      await link(from, to);
    });
    syncBuiltinESMExports();
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
    await first!.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not replaced while another process that may be alive is replacing it', async () => {
    const folder = await lockedBy({ pid: await deadPid() });
    await writeFile(join(folder, TAKEOVER), lockOf({ pid: process.pid, key: 'ba9876543210' }));
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
    expect((await readdir(folder)).toSorted()).toEqual([TAKEOVER, 'lock'].toSorted());
  });

  it('is kept if it comes from another machine, with advice in the message', async () => {
    const folder = await lockedBy({ pid: 1, host: 'elsewhere.example', boot: 'another boot' });
    await expect(lockFolder(folder)).rejects.toThrow(
      `in use by process 1 on elsewhere.example; if that process is gone, remove ${join(folder, 'lock')}`,
    );
  });

  it('is replaced if it is unreadable', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'lock'), '{"pid":');
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
    for (const name of ['lock', 'lock.unreadable.takeover']) await writeFile(join(folder, name), '');
    await expect(lockFolder(folder)).rejects.toThrow(
      `${join(folder, 'lock.unreadable.takeover')} is damaged; remove it`,
    );
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('is refused in one line if the file system refuses it', async () => {
    for (const folder of [join(await temporaryFolder(), 'none'), '/proc/self'])
      await expect(lockFolder(folder)).rejects.toThrow(
        expect.objectContaining({
          name: 'RunFolderError',
          message: expect.stringMatching(/^\S+ can't be locked \(E[A-Z]+\): /),
        }),
      );
  });

  it('is released without an error where the file system does not let go of it', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const refuse = (path: PathLike) =>
      Promise.reject(Object.assign(new Error(`EROFS: ${String(path)}`), { code: 'EROFS' }));
    const rm = vi.spyOn(fs, 'rm').mockImplementation(refuse);
    syncBuiltinESMExports();
    await expect(lock.release()).resolves.toBeUndefined();
    rm.mockRestore();
    syncBuiltinESMExports();
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('is not released by a writer that has lost it', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    await writeFile(join(folder, 'lock'), lockOf({ pid: 1, host: 'x' }));
    await lock.release();
    expect(await readdir(folder)).toEqual(['lock']);
  });
});
