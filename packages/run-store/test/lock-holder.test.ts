import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import fs, { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { connect, Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@fdr/testing';
import { describe, expect, it, onTestFinished, vi, type TestContext } from 'vitest';
import { holderLiveness, ownHolder, parseLockHolder, type LockHolder } from '../src/lock-holder.js';
import { askLockSocket, openLockSocket, socketName } from '../src/lock-socket.js';
import { activeLockHolder, assertUnlocked, lockFolder } from '../src/lock.js';
import { temporaryFolder } from './sample.js';

const KEY = '0123456789ab';
const isLinux = process.platform === 'linux';
const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = fileURLToPath(new URL('lock-process.ts', import.meta.url));

const command = (action: 'hold' | 'leave' | 'ask', folder: string) => [
  process.execPath,
  '--conditions=@fdr/source',
  '--import',
  './register.mjs',
  script,
  action,
  folder,
];

/** Starts a process that locks a folder, perhaps as the child of another one. */
async function startHolder(folder: string, parent: readonly string[] = []): Promise<ChildProcess> {
  const [file, ...args] = [...parent, ...command('hold', folder)];
  const child = spawn(file!, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(line).toBe('locked');
  return child;
}

/** A folder whose lock names a process that holds no socket. */
async function lockedBy(changes: Partial<LockHolder>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...ownHolder(KEY), ...changes }));
  return folder;
}

async function removeSocket(folder: string): Promise<void> {
  await rm(join(folder, socketName(holderOf(folder).key)));
}

const holderOf = (folder: string) => parseLockHolder(readFileSync(join(folder, 'lock'), 'utf8'))!;

const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) (.).*/s, '$1');

const isUnlocked = (folder: string) => assertUnlocked(folder).then(() => true);

/** A command that runs another one in a PID namespace of its own, as a container does. */
function newNamespace(context: TestContext, ...flags: string[]): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const unshare = ['unshare', ...user, '--pid', '--fork', '--kill-child', '--mount-proc', ...flags];
  const [file, ...args] = [...unshare, 'true'];
  if (spawnSync(file!, args).status !== 0) context.skip('a process may not make a PID namespace here');
  return unshare;
}

function fileSystemIs(type: number): void {
  const { statfs } = fs;
  const spy = vi.spyOn(fs, 'statfs').mockImplementation((async (path: string) => {
    return Object.assign(await statfs(path), { type });
  }) as typeof statfs);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

describe('the holder of a lock', () => {
  it('is gone when it has ended without a release, and did not wait for its socket', async () => {
    const folder = await temporaryFolder();
    const [file = '', ...args] = command('leave', folder);
    execFileSync(file, args, { cwd: root });
    expect(await activeLockHolder(folder)).toBeUndefined();
    await (await lockFolder(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(isLinux)('is gone when it was killed, even if its parent never takes notice', async () => {
    for (const hasSocket of [true, false]) {
      const folder = await temporaryFolder();
      // The shell becomes `sleep`, which does not wait for the child that the shell has started.
      await startHolder(folder, ['sh', '-c', 'exec 3<&0; "$@" <&3 & exec sleep 600', 'sh']);
      const { pid } = holderOf(folder);
      await expect(isUnlocked(folder)).rejects.toThrow(`in use by process ${pid} on ${hostname()}`);
      if (!hasSocket) await removeSocket(folder);
      process.kill(pid, 'SIGKILL');
      await waitUntil(() => stateOf(pid) === 'Z');
      expect(process.kill(pid, 0)).toBe(true);
      // Its first thread is a zombie a moment before the others have ended, and with them the socket.
      await waitUntil(async () => (await activeLockHolder(folder)) === undefined);
      await (await lockFolder(folder)).release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it.runIf(isLinux)('is alive while it is stopped, however many ask', async () => {
    const folder = await temporaryFolder();
    const child = await startHolder(folder);
    child.kill('SIGSTOP');
    await waitUntil(() => stateOf(child.pid!) === 'T');
    const { key } = holderOf(folder);
    // The queue of a listening socket has room for 511.
    const answers = await Promise.all(Array.from({ length: 700 }, () => askLockSocket(folder, key)));
    expect(new Set(answers)).toEqual(new Set(['alive']));
    expect(await holderLiveness(folder, holderOf(folder))).toBe('alive');
  });

  it('is seen from a PID and network namespace outside of its own, and not when it is gone', async (context) => {
    const folder = await temporaryFolder();
    const child = await startHolder(folder, newNamespace(context, '--net'));
    const holder = holderOf(folder);
    expect(holder.namespace).not.toBe(ownHolder(KEY).namespace);
    expect(await holderLiveness(folder, holder)).toBe('alive');
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${holder.pid} on ${hostname()}`);
    child.kill('SIGKILL');
    await waitUntil(async () => (await activeLockHolder(folder)) === undefined);
    await (await lockFolder(folder)).release();
  });

  it('is seen from within a container with a host name of its own', async (context) => {
    const folder = await temporaryFolder();
    const rename = ['sh', '-c', 'hostname elsewhere && exec "$@"', 'sh'];
    const [file = '', ...args] = [...newNamespace(context, '--net', '--uts'), ...rename, ...command('ask', folder)];
    const ask = () => execFileSync(file, args, { cwd: root, encoding: 'utf8' }).trim();
    const child = await startHolder(folder);
    const message = `RunFolderError: ${folder} is in use by process ${child.pid} on ${hostname()}`;
    expect(ask()).toBe(message);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ask()).toBe('unlocked');
    // Without a socket nobody can see into another namespace.
    await removeSocket(folder);
    expect(ask()).toBe(`${message}; if that process is gone, remove ${join(folder, 'lock')}`);
  });

  it.runIf(isLinux)('is alive as long as one of its threads is', async (context) => {
    const code = [
      'import ctypes, threading, time',
      'threading.Thread(target=time.sleep, args=(600,)).start()',
      'ctypes.CDLL(None).pthread_exit(None)',
    ];
    const child = spawn('python3', ['-c', code.join('\n')], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn').catch(() => context.skip('there is no Python here'));
    await waitUntil(() => stateOf(child.pid!) === 'Z');
    const started = readFileSync(`/proc/${child.pid!}/stat`, 'utf8').split(' ')[21]!;
    const holder = { ...ownHolder(KEY), pid: child.pid!, started };
    expect(await holderLiveness(await temporaryFolder(), holder)).toBe('alive');
  });

  it.runIf(isLinux)('is gone if another process has its pid', async () => {
    const reused = await lockedBy({ started: '1' });
    expect(await activeLockHolder(reused)).toBeUndefined();
    await (await lockFolder(reused)).release();
    expect((await activeLockHolder(await lockedBy({})))?.pid).toBe(process.pid);
  });

  it.runIf(isLinux)(
    'is gone if its machine was restarted, unless a machine of that name may share the folder',
    async () => {
      const folder = await lockedBy({ boot: 'another boot' });
      expect(await activeLockHolder(folder)).toBeUndefined();
      fileSystemIs(0x6969);
      await expect(lockFolder(folder)).rejects.toThrow(
        `in use by process ${process.pid} on ${hostname()}; if that process is gone, remove ${join(folder, 'lock')}`,
      );
    },
  );

  it.runIf(isLinux)('may be alive if its socket on a network file system refuses', async () => {
    const folder = await temporaryFolder();
    const child = await startHolder(folder);
    const holder = holderOf(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await askLockSocket(folder, holder.key)).toBe('gone');
    fileSystemIs(0x6969);
    expect(await holderLiveness(folder, { ...holder, namespace: 'pid:[1]' })).toBe('unknown');
    expect(await holderLiveness(folder, holder)).toBe('gone');
  });

  it('may be alive if the system tells nothing about it', async () => {
    const folder = await temporaryFolder();
    for (const changes of [{ host: 'elsewhere.example', boot: null }, { namespace: 'pid:[1]' }, { started: null }])
      expect(await holderLiveness(folder, { ...ownHolder(KEY), ...changes })).toBe('unknown');
  });
});

describe('the socket of a lock', () => {
  it.runIf(isLinux)('is in the folder, however long its path', async () => {
    const folder = join(await temporaryFolder(), 'x'.repeat(100), 'y'.repeat(100));
    await mkdir(folder, { recursive: true });
    const lock = await lockFolder(folder);
    const { key } = holderOf(folder);
    expect((await readdir(folder)).toSorted()).toEqual(['lock', socketName(key)].toSorted());
    expect(await askLockSocket(folder, key)).toBe('alive');
    await rename(folder, `${folder}-renamed`);
    expect(await askLockSocket(`${folder}-renamed`, key)).toBe('alive');
    await rename(`${folder}-renamed`, folder);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('may be asked by another user', async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const { mode } = await fs.stat(join(folder, socketName(holderOf(folder).key)));
    expect(mode & 0o222).toBe(0o222);
    await lock.release();
  });

  it('survives those who talk to it', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const { key } = holderOf(folder);
    const talks = Array.from({ length: 50 }, async () => {
      const connection = connect(join(folder, socketName(key)));
      // The other end is closed at once.
      connection.on('error', () => undefined);
      connection.write(Buffer.alloc(2 ** 20));
      await waitUntil(() => connection.closed);
    });
    await Promise.all(talks);
    // As when the process is out of file descriptors.
    (listen.mock.contexts[0] as Server).emit('error', new Error('accept EMFILE'));
    expect(await askLockSocket(folder, key)).toBe('alive');
    await lock.release();
  });

  it('is missed where the file system has none: the process is looked at instead', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(() => {
      throw Object.assign(new Error('listen EOPNOTSUPP'), { code: 'EOPNOTSUPP' });
    });
    onTestFinished(() => listen.mockRestore());
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    expect(await readdir(folder)).toEqual(['lock']);
    expect((await activeLockHolder(folder))?.pid).toBe(process.pid);
    await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}`);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is removed by the next holder if its process was killed, and only then', async () => {
    const folder = await temporaryFolder();
    const contender = await openLockSocket(folder, KEY);
    for (let round = 0; round < 2; round++) {
      const child = await startHolder(folder);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    // As left by a process that was killed before it had the lock.
    const early = '00000000000a';
    await rename(join(folder, socketName(holderOf(folder).key)), join(folder, socketName(early)));
    for (const name of [`.lock.${early}.partial`, `lock.${early}.takeover`, `.lock.${early}.takeover.${early}.partial`])
      await writeFile(join(folder, name), '');
    const lock = await lockFolder(folder);
    const left = ['lock', socketName(KEY), socketName(holderOf(folder).key)];
    expect((await readdir(folder)).toSorted()).toEqual(left.toSorted());
    await lock.release();
    await contender.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
