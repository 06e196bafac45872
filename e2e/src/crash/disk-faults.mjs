// Loaded into fdr before its program, by `node --import`: numbers every operation that changes a folder, and lets the one that is asked
// for go wrong. FDR_DISK_FAULTS holds a DiskFaults (disk-faults.ts) as JSON.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Server } from 'node:net';
import { constants as os } from 'node:os';
import { join, sep } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const { folder, log, fault } = JSON.parse(process.env.FDR_DISK_FAULTS);
const logFile = log === undefined ? undefined : fs.openSync(log, 'a');
const original = { ...fs.promises };
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const MESSAGES = { ENOSPC: 'no space left on device', EIO: 'i/o error', EROFS: 'read-only file system' };
/** Node's `writeFile` writes at most so much at once. */
const CHUNK = 512 * 1024;

let count = 0;
let failures = fault?.times ?? Infinity;
let isShortened = false;

const isInside = (path) => typeof path === 'string' && (path === folder || path.startsWith(folder + sep));

/**
 * Counts an operation, and kills the process or throws if its turn has come.
 *
 * @returns how much of it is to be done: a write that is torn, or meets a full disk, is done in part
 */
function beforeOperation(call, path, { isWrite = false, canFail = true } = {}) {
  if (!isMainThread) throw new Error(`${call} ${path}: only the main thread may change a run's folder`);
  count += 1;
  if (logFile !== undefined)
    fs.writeSync(logFile, `${JSON.stringify({ number: count, call, path, time: Date.now() })}\n`);
  if (fault === undefined || count < fault.at) return 'all';
  if (fault.kind === 'kill' || fault.kind === 'tear') {
    if (count > fault.at) return 'all';
    if (fault.kind === 'tear' && isWrite) return 'half, then die';
    process.kill(process.pid, 'SIGKILL');
  }
  if (failures <= 0 || !canFail) return 'all';
  // A disk that gets full takes the first part of a write, and refuses the rest.
  if (fault.kind === 'ENOSPC' && isWrite && !isShortened) {
    isShortened = true;
    return 'half';
  }
  failures -= 1;
  const text = `${fault.kind}: ${MESSAGES[fault.kind]}, ${call} '${path}'`;
  throw Object.assign(new Error(text), { code: fault.kind, errno: -os.errno[fault.kind], syscall: call, path });
}

/** Wraps a function of `fs.promises` whose argument at `index` is the path that it changes. */
function watch(name, call, index = 0) {
  fs.promises[name] = async (...args) => {
    if (isInside(args[index])) beforeOperation(call, args[index]);
    return original[name](...args);
  };
}

/** The paths of open files and folders. */
const paths = new WeakMap();

function isForWriting(flags) {
  if (typeof flags === 'string') return flags !== 'r';
  return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) !== 0;
}

fs.promises.open = async (path, flags = 'r', mode) => {
  if (isInside(path) && isForWriting(flags)) beforeOperation('open', path);
  const file = await original.open(path, flags, mode);
  if (isInside(path)) paths.set(file, path);
  return file;
};
fs.promises.writeFile = async (path, data, options) => {
  if (!isInside(path)) return original.writeFile(path, data, options);
  const file = await fs.promises.open(path, options?.flag ?? 'w');
  try {
    await file.writeFile(data);
  } finally {
    await file.close();
  }
};
fs.promises.rm = async (path, options = {}) => {
  if (!isInside(path) || !options.recursive) {
    if (isInside(path)) beforeOperation('unlink', path);
    return original.rm(path, options);
  }
  for (const entry of await original.readdir(path, { withFileTypes: true }))
    await fs.promises.rm(join(path, entry.name), { ...options, recursive: entry.isDirectory() });
  await fs.promises.rmdir(path);
};
watch('mkdir', 'mkdir');
watch('rmdir', 'rmdir');
watch('unlink', 'unlink');
watch('rename', 'rename', 1);
watch('link', 'link', 1);
watch('symlink', 'symlink', 1);
watch('truncate', 'truncate');
watch('chmod', 'chmod');
watch('utimes', 'utimes');

const sample = await original.open(process.execPath);
const handles = Object.getPrototypeOf(sample);
await sample.close();
const { write, ...methods } = Object.fromEntries(
  ['write', 'truncate', 'sync', 'datasync', 'chmod', 'utimes'].map((name) => [name, handles[name]]),
);
for (const [name, method] of Object.entries(methods)) {
  handles[name] = async function (...args) {
    const path = paths.get(this);
    if (path !== undefined) beforeOperation(name, path);
    return method.apply(this, args);
  };
}
handles.write = async function (buffer, offset = 0, length = buffer.byteLength - offset, position = null) {
  const path = paths.get(this);
  const part = path === undefined ? 'all' : beforeOperation('write', path, { isWrite: length > 1 });
  const done = await write.call(this, buffer, offset, part === 'all' ? length : Math.floor(length / 2), position);
  if (part === 'half, then die') process.kill(process.pid, 'SIGKILL');
  return done;
};
const { writeFile } = handles;
handles.writeFile = async function (data, options) {
  if (!paths.has(this)) return writeFile.call(this, data, options);
  const bytes = Buffer.from(data.buffer ?? data, data.byteOffset, data.byteLength);
  for (let done = 0; done < bytes.length;)
    done += (await this.write(bytes, done, Math.min(CHUNK, bytes.length - done))).bytesWritten;
};

/** The sockets at which servers listen in the folder. Node binds and removes them itself. */
const sockets = new WeakMap();
const { listen, close } = Server.prototype;
Server.prototype.listen = function (options, ...rest) {
  if (!isInside(options?.path)) return listen.call(this, options, ...rest);
  try {
    beforeOperation('bind', options.path);
  } catch (error) {
    process.nextTick(() => this.emit('error', error));
    return this;
  }
  sockets.set(this, options.path);
  return listen.call(this, options, ...rest);
};
Server.prototype.close = function (...args) {
  const path = sockets.get(this);
  // Node takes no notice of what the system says to this.
  if (path !== undefined) beforeOperation('unlink', path, { canFail: false });
  sockets.delete(this);
  return close.apply(this, args);
};
syncBuiltinESMExports();
