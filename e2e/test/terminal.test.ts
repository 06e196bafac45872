import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, test } from './fixtures.js';

const TRAIN = 'train --dataset synthetic --epochs 3 --threads 1 --port 0';
const version = spawnSync('script', ['--version'], { encoding: 'utf8' });
const hasScript = version.error === undefined && version.stdout.includes('util-linux');

test.skip(!hasScript, 'needs the script command of util-linux to make a terminal');

test('on a terminal, fdr train serves the dashboard after the training until Ctrl-C', async ({
  startOnTerminal,
  folder,
  page,
}) => {
  const training = startOnTerminal(TRAIN, { TERM: 'xterm-256color' });
  const url = await dashboardUrl(training);
  await training.waitForOutput(/the dashboard is still served/);
  expect(readOnlyRun(join(folder, 'runs')).run.status).toBe('finished');
  // The progress is one line that is drawn again and again.
  expect(training.stdout()).toContain('\r\u001b[K');
  await page.goto(url);
  await expect(page.getByLabel('Key numbers')).toContainText('of 3');
  await page.close();
  training.type('\u0003');
  expect(await training.exited).toMatchObject({ exitCode: 0 });
});

test('on a dumb terminal, fdr train prints plain lines', async ({ startOnTerminal }) => {
  const training = startOnTerminal(`${TRAIN} --no-dashboard`, { TERM: 'dumb' });
  const { exitCode, stdout } = await training.exited;
  expect(exitCode).toBe(0);
  expect(stdout).toContain('epoch 3');
  expect(stdout).not.toContain('\u001b');
});

test('a training whose terminal is closed saves a stopped run', async ({ startOnTerminal, folder }) => {
  const training = startOnTerminal(ENDLESS_TRAINING, { TERM: 'xterm' });
  await training.waitForOutput(/epoch 2/);
  // The program that holds the terminal dies, and the kernel hangs the terminal up.
  training.kill('SIGKILL');
  await training.exited;
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).run.status, { timeout: 60_000 }).toBe('stopped');
});

test('on a terminal, Ctrl-C during the training saves a stopped run', async ({ startOnTerminal, folder }) => {
  const training = startOnTerminal(ENDLESS_TRAINING, { TERM: 'xterm' });
  await training.waitForOutput(/epoch 2/);
  training.type('\u0003');
  expect(await training.exited).toMatchObject({ exitCode: 130 });
  expect(readOnlyRun(join(folder, 'runs')).run.status).toBe('stopped');
});
