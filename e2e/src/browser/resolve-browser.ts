import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.js';
import { findOrInstallBrowser } from './install-browser.js';
import { installMethods } from './install-methods.js';
import { probeBrowser } from './probe-browser.js';
import { runCommand } from './run-command.js';

/**
 * Returns the path of a browser that starts on this machine, found or installed. Progress goes to the error stream.
 *
 * @throws {ChosenBrowserError} if the browser that `CHROMIUM_PATH` names does not start
 * @throws {NoBrowserError} if there is none and none could be installed
 */
export function resolveBrowser(): Promise<string> {
  const { platform, env: environment } = process;
  const search = { platform, environment, playwrightBrowser: chromium.executablePath(), probe: probeBrowser };
  const folders = (environment['PATH'] ?? '').split(delimiter);
  return findOrInstallBrowser({
    find: () => findBrowser(search),
    methods: installMethods({
      platform,
      isRoot: process.getuid?.() === 0,
      hasProgram: (program) => folders.some((folder) => existsSync(join(folder, program))),
    }),
    run: (command) => runCommand(command, (text) => process.stderr.write(text)),
    log: (line) => process.stderr.write(`browser: ${line}\n`),
  });
}
