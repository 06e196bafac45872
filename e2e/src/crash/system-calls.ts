import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A system call on a path, in the words of `disk-faults.mjs`. */
export interface SystemCall {
  readonly call: string;
  readonly path: string;
}

/** Calls that leave the disk as it is. Every other one that names a path is taken to change it. */
const READING = new Set(
  (
    'read pread64 readv preadv close lseek stat lstat fstat statx newfstatat statfs fstatfs access faccessat faccessat2 ' +
    'readlink readlinkat getdents64 connect getcwd chdir mmap fcntl ioctl poll epoll_ctl epoll_wait epoll_pwait execve dup dup2 dup3'
  ).split(' '),
);
const NAMES: Readonly<Record<string, string>> = {
  openat: 'open',
  pwrite64: 'write',
  writev: 'write',
  pwritev: 'write',
  fsync: 'sync',
  fdatasync: 'sync',
  ftruncate: 'truncate',
  mkdirat: 'mkdir',
  renameat: 'rename',
  renameat2: 'rename',
  unlinkat: 'unlink',
  linkat: 'link',
};

/** Whether this process may watch others with `strace`. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/** Runs a program and finds the system calls of all its threads that change something in a folder. */
export function tracedCalls(
  command: readonly string[],
  folder: string,
  { env, file }: { readonly env: Readonly<Record<string, string>>; readonly file: string },
): SystemCall[] {
  const trace = ['-f', '-y', '-s', '0', '-o', file, '-e', 'trace=%file,%desc,bind', '-e', 'signal=none'];
  // A kernel's queue of requests would hide them.
  const environment = { ...process.env, ...env, UV_USE_IO_URING: '0' };
  const { status, stderr } = spawnSync('strace', [...trace, ...command], { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`strace ended with ${status}: ${stderr}`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => callOf(line, folder));
}

/** The call of a line such as `17 openat(AT_FDCWD</>, "/runs/x/lock", O_RDONLY) = -1 ENOENT`, if it changes something. */
function callOf(line: string, folder: string): SystemCall[] {
  const [, name = '', rest = ''] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
  if (READING.has(name) || (name === 'openat' && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(rest))) return [];
  const paths = [...rest.matchAll(/[<"](\/[^>"]*)[>"]/g)].map(([, path = '']) => path);
  // A new name comes after the old one.
  const path = paths.filter((one) => one === folder || one.startsWith(`${folder}/`)).at(-1);
  return path === undefined ? [] : [{ call: NAMES[name] ?? name, path }];
}
