import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { carryOut } from './carry-out.js';
import { findBrowser } from './find.js';
import { obtainBrowser } from './obtain.js';
import { whyNotStarting } from './start.js';
import { waysToInstall } from './ways.js';

/**
 * The path of a browser that starts on this machine, found or installed; progress goes to the error stream.
 *
 * @throws ChosenBrowserError, NoBrowserError
 */
export function browserHere(): Promise<string> {
  const { platform, env: environment } = process;
  const search = { platform, environment, ownBrowser: chromium.executablePath(), whyNotStarting };
  const folders = (environment['PATH'] ?? '').split(delimiter);
  return obtainBrowser({
    find: () => findBrowser(search),
    ways: waysToInstall({
      platform,
      isRoot: process.getuid?.() === 0,
      has: (program) => folders.some((folder) => existsSync(join(folder, program))),
    }),
    carryOut: (command) => carryOut(command, (text) => process.stderr.write(text)),
    tell: (line) => process.stderr.write(`browser: ${line}\n`),
  });
}
