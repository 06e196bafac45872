import { ChosenBrowserError } from './find.js';
import { browserHere } from './here.js';
import { NoBrowserError } from './obtain.js';

/** Run by Playwright once, before any worker starts. */
// eslint-disable-next-line import-x/no-default-export -- Playwright asks for it
export default async function setup(): Promise<void> {
  try {
    process.env['CHROMIUM_PATH'] = await browserHere();
  } catch (error) {
    if (!(error instanceof NoBrowserError || error instanceof ChosenBrowserError)) throw error;
    // One line, where Playwright would show a stack and a piece of this file.
    process.stderr.write(`browser: ${error.message}\n`);
    process.exit(1);
  }
}
