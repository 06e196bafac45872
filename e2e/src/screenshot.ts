// Takes a picture of a run's page, for the README: npm run screenshot --workspace e2e -- http://127.0.0.1:6060/runs/ID docs/dashboard.png
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { LAUNCH_FLAGS } from './browser/probe-browser.js';
import { resolveBrowser } from './browser/resolve-browser.js';
import { expectDrawn, figure, RUN_FIGURES } from './run-page.js';

const WIDTH = 1280;
const HEIGHT = 900;

const [url, file] = process.argv.slice(2);
if (url === undefined || file === undefined) {
  process.stderr.write('screenshot: two arguments are needed, the URL of a run and the file to write\n');
  process.exit(2);
}
// npm runs this script in the workspace, but a relative path is meant from the folder where npm was called.
const path = resolve(process.env['INIT_CWD'] ?? '.', file);

const browser = await chromium.launch({ executablePath: await resolveBrowser(), args: [...LAUNCH_FLAGS] });
try {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: HEIGHT },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(url);
  for (const title of RUN_FIGURES) await expectDrawn(figure(page, title));
  const timeline = page.getByRole('region', { name: 'Timeline', exact: true });
  const { bottom } = await timeline.evaluate((card) => card.getBoundingClientRect());
  const end = bottom + (await page.evaluate(() => scrollY));
  await mkdir(dirname(path), { recursive: true });
  // The picture shows the head of the page and the timeline.
  await page.setViewportSize({ width: WIDTH, height: Math.ceil(end) + 10 });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path, animations: 'disabled' });
  process.stdout.write(`${path}\n`);
} finally {
  await browser.close();
}
