import type { SearchResult } from './find-browser.js';
import type { InstallCommand, InstallMethod } from './install-methods.js';

/** How to search for a browser, and how to install one. */
interface InstallOptions {
  readonly find: () => Promise<SearchResult>;
  /** Methods to try, in this order. */
  readonly methods: readonly InstallMethod[];
  /** Runs a command of a method. Resolves with why it failed, or with undefined if it succeeded. */
  readonly run: (command: InstallCommand) => Promise<string | undefined>;
  /** Called with each line of progress. */
  readonly log: (line: string) => void;
}

/** No browser is installed and none could be installed. The message is one line and tells what to do. */
export class NoBrowserError extends Error {
  override readonly name = 'NoBrowserError';
}

/**
 * Returns the path of a browser that starts. If none is found, installs one by the first method that works.
 *
 * @throws {NoBrowserError} if every method fails
 * @throws whatever `find` throws
 */
export async function findOrInstallBrowser({ find, methods, run, log }: InstallOptions): Promise<string> {
  let result = await find();
  const failures: string[] = [];
  for (const { name, commands } of methods) {
    if (result.found) break;
    log(`no Chromium or Chrome that starts is here; trying ${name}`);
    const failure = await firstFailure(commands, run);
    if (failure !== undefined) {
      failures.push(`${name}: ${failure}`);
      log(`${name} did not work: ${failure}`);
    }
    // Even a command that failed may have left a browser that starts.
    result = await find();
  }
  if (result.found) return result.path;
  const rejected = result.rejected.map(({ path, reason }) => `${path}: ${reason}`);
  throw new NoBrowserError(
    `the browser tests need Chromium or Chrome, and none could be installed (${[...rejected, ...failures].join('; ')}): install one and run again, or name one with CHROMIUM_PATH=/path/to/chromium`,
  );
}

async function firstFailure(
  commands: readonly InstallCommand[],
  run: InstallOptions['run'],
): Promise<string | undefined> {
  for (const command of commands) {
    const failure = await run(command);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
