import { join } from 'node:path';
import { readOnlyRun, stepColumn } from '../src/run-folder.js';
import { connection, figureRows, statusPill, stepRows, waitForEpochs } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, test } from './fixtures.js';

test('a training that was asleep for longer than its viewers wait has lost nothing, and neither have they', async ({
  start,
  run,
  page,
  context,
  folder,
}) => {
  const training = start(`${ENDLESS_TRAINING} --schedule constant`);
  await page.goto(await dashboardUrl(training));
  const { id } = readOnlyRun(join(folder, 'runs')).run;
  const viewer = await context.newPage();
  await viewer.goto(`${new URL(await dashboardUrl(start('serve --port 0'))).origin}/runs/${id}`);
  for (const each of [page, viewer]) await waitForEpochs(each, 2);

  training.kill('SIGSTOP');
  // The page of the sleeping process hears no heartbeat and gives up; that of another server sees that the process lives.
  await expect(connection(page)).toContainText('Connection lost');
  await expect(connection(viewer)).toHaveText('Live, trained by another process');
  await expect(statusPill(viewer)).toHaveText('running');
  expect((await run('runs ls')).stdout).toContain('running');
  const refused = await run(`resume ${id} --no-dashboard`);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/is in use by process \d+/);

  training.kill('SIGCONT');
  await expect(connection(page)).toHaveText('Live');
  for (const each of [page, viewer]) await waitForEpochs(each, 3);
  await expect(statusPill(page)).toHaveText('running');
  const seen = await figureRows(page, 'Mini-batch loss');
  training.kill('SIGINT');
  expect(await training.exited).toMatchObject({ exitCode: 130 });
  await expect(connection(viewer)).toHaveText('Stopped');
  const recorded = readOnlyRun(join(folder, 'runs'));
  const rows = recorded.epochs.map(({ epoch, lossHalf }) => [epoch, lossHalf].map(String));
  expect(recorded.epochs.map(({ epoch }) => epoch)).toEqual(recorded.epochs.map((_, index) => index + 1));
  expect(seen).toEqual(rows.slice(0, seen.length));
  await expect(async () => expect(await figureRows(viewer, 'Mini-batch loss')).toEqual(rows)).toPass();
  expect((await stepRows(viewer)).map((row) => Number(row[2]))).toEqual(stepColumn(recorded, 'loss'));
  const statuses = recorded.events.flatMap((event) => (event.type === 'status' ? [event.status] : []));
  expect(statuses).toEqual(['running', 'stopped']);
});
