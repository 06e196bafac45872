import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { expect, pageOf, test } from './world.js';

const SHORT = 'train --dataset synthetic --epochs 3 --threads 1 --port 0';
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

test.skip(!hasScript, 'needs the script command of util-linux to make a terminal');

test('on a terminal the dashboard goes on after the training, until Ctrl-C', async ({
  startOnTerminal,
  folder,
  page,
}) => {
  const training = startOnTerminal(SHORT, { TERM: 'xterm-256color' });
  const address = await pageOf(training);
  await training.says(/the dashboard goes on/);
  expect(readOnlyRun(join(folder, 'runs')).run.status).toBe('finished');
  // One line drawn over and over.
  expect(training.stdout()).toContain('\r\u001b[K');
  await page.goto(address);
  await expect(page.getByLabel('Key numbers')).toContainText('of 3');
  await page.close();
  training.type('\u0003');
  expect(await training.ended).toMatchObject({ exitCode: 0 });
});

test('a dumb terminal gets plain lines', async ({ startOnTerminal }) => {
  const training = startOnTerminal(`${SHORT} --no-dashboard`, { TERM: 'dumb', NO_COLOR: '1' });
  const { exitCode, stdout } = await training.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain('epoch 3');
  expect(stdout).not.toContain('\u001b');
});

test('Ctrl-C on a terminal stops the training and saves it', async ({ startOnTerminal, folder }) => {
  const training = startOnTerminal('train --dataset synthetic --epochs 100000 --threads 1 --port 0', { TERM: 'xterm' });
  await training.says(/epoch 2/);
  training.type('\u0003');
  expect(await training.ended).toMatchObject({ exitCode: 130 });
  expect(readOnlyRun(join(folder, 'runs')).run.status).toBe('stopped');
});
