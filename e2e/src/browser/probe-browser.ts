import { chromium } from '@playwright/test';

/** Flags that every Chromium here is started with: no window, no sandbox (which root may not use), no background requests. */
export const LAUNCH_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;
/** Milliseconds. */
const LAUNCH_TIMEOUT = 120_000;

/**
 * Starts a browser, opens a page and closes both. Only this tells a browser from a script that asks for another package, or from a
 * binary whose libraries are missing.
 *
 * @returns why the browser does not start, in one line; undefined if it starts
 */
export async function probeBrowser(executablePath: string): Promise<string | undefined> {
  try {
    const browser = await chromium.launch({ executablePath, args: [...LAUNCH_FLAGS], timeout: LAUNCH_TIMEOUT });
    try {
      await (await browser.newPage()).close();
    } finally {
      await browser.close();
    }
    return undefined;
  } catch (error) {
    return summaryLine(error instanceof Error ? error.message : String(error));
  }
}

/** The most informative line of a long error message: what the browser itself printed, else the first line. */
function summaryLine(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/^.*\[err\]\s*/, '').trim());
  return (
    lines.find((line) => /error while loading|cannot open|not found|snap|ENOENT|EACCES/i.test(line)) ??
    lines[0] ??
    message
  );
}
