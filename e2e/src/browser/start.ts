import { chromium } from '@playwright/test';

/** How Chromium is started everywhere here: without a window, without its sandbox (which root may not use), without calls home. */
export const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;
const PATIENCE = 30_000;

/**
 * Starts a browser, opens a page and ends it: the only test that tells a browser from a script that asks for another package, or from a
 * binary whose libraries are missing.
 *
 * @returns why it does not start, in one line; undefined where it does
 */
export async function whyNotStarting(executablePath: string): Promise<string | undefined> {
  try {
    const browser = await chromium.launch({ executablePath, args: [...FLAGS], timeout: PATIENCE });
    try {
      await (await browser.newPage()).close();
    } finally {
      await browser.close();
    }
    return undefined;
  } catch (error) {
    return reason(error instanceof Error ? error.message : String(error));
  }
}

/** The telling line of a long report: what the browser itself said, else the first line. */
function reason(report: string): string {
  const lines = report.split('\n').map((line) => line.replace(/^.*\[err\]\s*/, '').trim());
  return (
    lines.find((line) => /error while loading|cannot open|not found|snap|ENOENT|EACCES/i.test(line)) ??
    lines[0] ??
    report
  );
}
