// A picture of a run's page, for the README: npm run screenshot --workspace e2e -- http://127.0.0.1:6060/runs/ID docs/dashboard.png
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { browserHere } from './browser/here.js';
import { FLAGS } from './browser/start.js';
import { expectDrawn, figure, FIGURES } from './run-page.js';

const WIDTH = 1280;
const HEIGHT = 900;

const [address, file] = process.argv.slice(2);
if (address === undefined || file === undefined) {
  process.stderr.write('screenshot: two words are needed, the address of a run and the file to write\n');
  process.exit(2);
}
// npm runs this in the workspace; the file is meant from where the person stands.
const path = resolve(process.env['INIT_CWD'] ?? '.', file);

const browser = await chromium.launch({ executablePath: await browserHere(), args: [...FLAGS] });
try {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: HEIGHT },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(address);
  for (const title of FIGURES) await expectDrawn(figure(page, title));
  const { bottom } = await figure(page, FIGURES[3]).evaluate((card) => card.getBoundingClientRect());
  const end = bottom + (await page.evaluate(() => scrollY));
  await mkdir(dirname(path), { recursive: true });
  // The head of the page and the first four figures: what one sees, and why.
  await page.setViewportSize({ width: WIDTH, height: Math.ceil(end) + 10 });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path, animations: 'disabled' });
  process.stdout.write(`${path}\n`);
} finally {
  await browser.close();
}
