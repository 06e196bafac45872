// How fast the page is: npm run bench:dashboard -- [--runs 10000] [--steps 5000000] [--epochs 20]
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser } from '@playwright/test';
import { LAUNCH_FLAGS } from '../browser/probe-browser.js';
import { resolveBrowser } from '../browser/resolve-browser.js';
import { PROGRAM, startFdr, type FdrProcess } from '../fdr-process.js';
import { readOnlyRun } from '../run-folder.js';
import { expectDrawn, figure } from '../run-page.js';
import { makeLongRun, makeManyRuns } from './made-runs.js';
import { clickToChange, epochTimes, framesWhileWheeling, openPage } from './page-times.js';

const { values: options } = parseArgs({
  options: {
    /** In the list. */
    runs: { type: 'string', default: '10000' },
    /** Of the long run. */
    steps: { type: 'string', default: '5000000' },
    /** Of the live training. */
    epochs: { type: 'string', default: '20' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'fdr-dashboard-'));

type Row = readonly [name: string, value: string];
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

async function addressOf(process: FdrProcess): Promise<string> {
  const [, address = ''] = await process.waitForOutput(/(http:\/\/\S+)/);
  return address;
}

async function stopped(process: FdrProcess): Promise<void> {
  process.kill('SIGKILL');
  await process.exited;
}

/** The list of many runs. */
async function list(browser: Browser): Promise<Row[]> {
  const server = startFdr(['serve', '--port', '0', '--runs-dir', 'many'], { cwd: folder });
  const url = await addressOf(server);
  const firstRow = 'tbody tr.run a';
  // The first visit reads all folders; the second one is measured, as of a server that has been running.
  const visits = [await openPage(browser, url, (page) => page.waitForSelector(firstRow))];
  await visits[0]?.page
    .getByText(`${options.runs} of ${options.runs} runs`, { exact: true })
    .waitFor({ timeout: 600_000 });
  const { page, ...paint } = await openPage(browser, url, (opened) => opened.waitForSelector(firstRow));
  const click = await clickToChange(page, 'thead th:nth-child(2) button', firstRow);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await stopped(server);
  return [
    [
      `${options.runs} runs: first rows, on a server that has just started`,
      milliseconds(visits[0]?.milliseconds ?? NaN),
    ],
    [
      `${options.runs} runs: first rows, later`,
      `${milliseconds(paint.milliseconds)}, ${kilobytes(paint.bytes)} with the page's files`,
    ],
    ['a click that sorts them', `${milliseconds(click)}, ${nodes} elements`],
  ];
}

/** A long run. */
async function long(browser: Browser, id: string): Promise<Row[]> {
  const server = startFdr(['serve', '--port', '0', '--runs-dir', 'long'], { cwd: folder });
  const url = await addressOf(server);
  const { page, ...paint } = await openPage(browser, `${url}runs/${id}`, (opened) =>
    expectDrawn(figure(opened, 'Mini-batch loss')),
  );
  const box = await figure(page, 'Mini-batch loss').locator('canvas').first().boundingBox();
  if (box === null) throw new Error('the figure is not in sight');
  const frames = await framesWhileWheeling(page, box.x + box.width / 2, box.y + box.height / 2, 120);
  await stopped(server);
  return [
    [
      `${options.steps} steps: first figure`,
      `${milliseconds(paint.milliseconds)}, ${kilobytes(paint.bytes)} with the page's files`,
    ],
    ['zooming in it', `${frames.perSecond.toFixed(0)} frames a second, the longest ${milliseconds(frames.longest)}`],
  ];
}

/** From the end of an epoch in its file to its number on the screen. */
async function live(browser: Browser): Promise<Row[]> {
  const args = ['train', '--epochs', options.epochs, '--threads', '1', '--port', '0', '--runs-dir', 'live'];
  const training = startFdr(args, { cwd: folder });
  const url = await addressOf(training);
  const { page } = await openPage(browser, url, (opened) => opened.waitForSelector('dt'));
  const delays: number[] = [];
  const written = new Map<number, number>();
  await epochTimes(page, (epoch, time) => {
    const since = written.get(epoch);
    if (since !== undefined) delays.push(time - since);
  });
  const file = join(folder, 'live', readdirSync(join(folder, 'live'))[0] ?? '', 'epochs.jsonl');
  const timer = setInterval(() => {
    const count = readFileSync(file, 'utf8').split('\n').length - 1;
    if (!written.has(count)) written.set(count, statSync(file).mtimeMs);
  }, 5);
  await page
    .getByText(/^finished/)
    .first()
    .waitFor({ timeout: 600_000 });
  clearInterval(timer);
  await stopped(training);
  const sorted = delays.sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? NaN;
  return [['an epoch from its file to the screen, 95th percentile', `${milliseconds(p95)} of ${sorted.length} epochs`]];
}

/** All scripts of the page, compressed. */
function scripts(): Row[] {
  const assets = join(dirname(PROGRAM), '../../dashboard/dist/assets');
  const sizes = readdirSync(assets)
    .filter((name) => name.endsWith('.js'))
    .map((name) => gzipSync(readFileSync(join(assets, name))).length);
  return [['scripts, compressed', kilobytes(sizes.reduce((sum, size) => sum + size, 0))]];
}

const browser = await chromium.launch({ executablePath: await resolveBrowser(), args: [...LAUNCH_FLAGS] });
try {
  const sampling = startFdr(
    'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard --runs-dir sample'.split(' '),
    {
      cwd: folder,
    },
  );
  const { exitCode, stderr } = await sampling.exited;
  if (exitCode !== 0) throw new Error(`the sample could not be trained: ${stderr}`);
  const sample = readOnlyRun(join(folder, 'sample'));
  makeManyRuns(join(folder, 'many'), sample, Number(options.runs), 30);
  const id = await makeLongRun(join(folder, 'long'), sample, Number(options.steps));
  const rows = [...scripts(), ...(await list(browser)), ...(await long(browser, id)), ...(await live(browser))];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(width)}  ${value}\n`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
