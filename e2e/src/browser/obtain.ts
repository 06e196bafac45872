import type { Finding } from './find.js';
import type { Command, Way } from './ways.js';

export interface Means {
  readonly find: () => Promise<Finding>;
  readonly ways: readonly Way[];
  /** Runs a command of a way. Returns why it failed, undefined where it did not. */
  readonly carryOut: (command: Command) => Promise<string | undefined>;
  readonly tell: (line: string) => void;
}

/** No browser is here and none could be installed. The message is one line and says what to do. */
export class NoBrowserError extends Error {
  override readonly name = 'NoBrowserError';
}

/**
 * The path of a browser that starts: one that is here, else one that is installed now, by the first way that leads to one.
 *
 * @throws NoBrowserError; whatever `find` throws
 */
export async function obtainBrowser({ find, ways, carryOut, tell }: Means): Promise<string> {
  let finding = await find();
  const failures: string[] = [];
  for (const { name, commands } of ways) {
    if (finding.found) break;
    tell(`no Chromium or Chrome that starts is here; trying ${name}`);
    const failure = await firstFailure(commands, carryOut);
    if (failure !== undefined) {
      failures.push(`${name}: ${failure}`);
      tell(`${name} did not work: ${failure}`);
    }
    // Even a command that failed may have left a browser that starts.
    finding = await find();
  }
  if (finding.found) return finding.path;
  const rejected = finding.rejected.map(({ path, reason }) => `${path}: ${reason}`);
  throw new NoBrowserError(
    `the browser tests need Chromium or Chrome, and none could be had (${[...rejected, ...failures].join('; ')}): install one and run again, or name one with CHROMIUM_PATH=/path/to/chromium`,
  );
}

async function firstFailure(commands: readonly Command[], carryOut: Means['carryOut']): Promise<string | undefined> {
  for (const command of commands) {
    const failure = await carryOut(command);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
