import { ChosenBrowserError } from './find-browser.js';
import { NoBrowserError } from './install-browser.js';
import { resolveBrowser } from './resolve-browser.js';

/** Sets `CHROMIUM_PATH`. Playwright runs this once, before any worker starts. */
// eslint-disable-next-line import-x/no-default-export -- Playwright asks for it
export default async function globalSetup(): Promise<void> {
  try {
    process.env['CHROMIUM_PATH'] = await resolveBrowser();
  } catch (error) {
    if (!(error instanceof NoBrowserError || error instanceof ChosenBrowserError)) throw error;
    // One line, where Playwright would print a stack and a piece of this file.
    process.stderr.write(`browser: ${error.message}\n`);
    process.exit(1);
  }
}
