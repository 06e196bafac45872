import { join } from 'node:path';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { connection, figureRows, shownEpoch, statusPill, stepRows, waitForEpochs } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, removeExpectedErrors, SHORT_TRAINING, test } from './fixtures.js';

const recordedEpochs = (folder: string): number => readOnlyRun(join(folder, 'runs')).epochs.length;

/** Rows that the page must have for the mini-batch loss, by the run folder. */
function lossRows(folder: string): string[][] {
  return readOnlyRun(join(folder, 'runs')).epochs.map(({ epoch, lossHalf }) => [epoch, lossHalf].map(String));
}

test('a page whose server was killed and started again has every epoch and step once', async ({
  start,
  page,
  folder,
}) => {
  const training = start('train --dataset synthetic --epochs 80 --threads 1 --no-dashboard');
  await training.waitForOutput(/epoch 2/);
  const server = start('serve --port 0');
  const { origin, port } = new URL(await dashboardUrl(server));
  await page.goto(`${origin}/runs/${readOnlyRun(join(folder, 'runs')).run.id}`);
  await expect(connection(page)).toHaveText('Live, trained by another process');

  server.kill('SIGKILL');
  await server.exited;
  await expect(connection(page)).toContainText(/Connection lost at \d\d:\d\d:\d\d|No server since/);
  const lastShown = await shownEpoch(page);
  await expect.poll(() => recordedEpochs(folder)).toBeGreaterThan(lastShown + 3);

  await dashboardUrl(start(`serve --port ${port}`));
  await expect(connection(page)).toHaveText(/Live, trained by another process|Complete/);
  await training.exited;
  await expect(connection(page)).toHaveText('Complete');
  const recorded = readOnlyRun(join(folder, 'runs'));
  expect(recorded.epochs).toHaveLength(80);
  await expect(async () => expect(await figureRows(page, 'Mini-batch loss')).toEqual(lossRows(folder))).toPass();
  const steps = await stepRows(page);
  expect(steps).toHaveLength(stepCount(recorded));
  expect(steps.map((row) => Number(row[2]))).toEqual(stepColumn(recorded, 'loss'));
});

test('a page that was open when its training was killed follows the resumed training', async ({
  start,
  page,
  folder,
}) => {
  const training = start(`${ENDLESS_TRAINING} --checkpoint-every 1`);
  const { origin, port, pathname } = new URL(await dashboardUrl(training));
  await page.goto(origin + pathname);
  await expect(connection(page)).toHaveText('Live');
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).checkpoints.length).toBeGreaterThan(2);
  training.kill('SIGKILL');
  await training.exited;
  await expect(connection(page)).toContainText('Connection lost');

  await dashboardUrl(start(`resume ${pathname.replace('/runs/', '')} --port ${port}`));
  await expect(connection(page)).toHaveText('Live');
  await expect(page.getByText(/goes on from the checkpoint of step \d+/)).toHaveCount(1);
  const { events, epochs, run } = readOnlyRun(join(folder, 'runs'));
  const step = events.findLast(({ type }) => type === 'status')?.step ?? NaN;
  expect(step).toBeGreaterThan(0);
  const resumedEpoch = step / run.stepsPerEpoch;
  await expect.poll(() => recordedEpochs(folder)).toBeGreaterThan(Math.max(epochs.length, resumedEpoch + 3));
  await expect(async () => {
    const rows = await figureRows(page, 'Mini-batch loss');
    expect(rows).toEqual(lossRows(folder).slice(0, rows.length));
    expect(rows.length).toBeGreaterThan(resumedEpoch + 2);
  }).toPass();
});

test('a page that was opened on a dead run turns live when it is resumed, and takes commands of the server that trains it', async ({
  start,
  page,
  folder,
}) => {
  const training = start(`${ENDLESS_TRAINING} --checkpoint-every 1 --no-dashboard`);
  // A folder that is being made can't be read yet.
  await expect(() => expect(readOnlyRun(join(folder, 'runs')).checkpoints.length).toBeGreaterThan(2)).toPass();
  training.kill('SIGKILL');
  await training.exited;
  const { id } = readOnlyRun(join(folder, 'runs')).run;

  const server = start('serve --port 0');
  const { origin, port } = new URL(await dashboardUrl(server));
  await page.goto(`${origin}/runs/${id}`);
  await expect(connection(page)).toHaveText('Recorded');
  await expect(statusPill(page)).toHaveText('interrupted');

  const resumed = start(`resume ${id} --no-dashboard`);
  await expect(connection(page)).toHaveText('Live, trained by another process');
  await waitForEpochs(page, 2);
  await expect(statusPill(page)).toHaveText('running');
  resumed.kill('SIGKILL');
  await expect(statusPill(page)).toHaveText('interrupted');
  await expect(connection(page)).toHaveText('Interrupted');

  server.kill('SIGKILL');
  await server.exited;
  await expect(connection(page)).toContainText('the server is');
  await dashboardUrl(start(`resume ${id} --port ${port}`));
  await expect(connection(page)).toHaveText('Live');
  await waitForEpochs(page, 2);
  await expect(page.getByRole('group', { name: 'Control the run' })).toBeVisible();
});

test('a page that was offline fetches the epochs that it missed', async ({ start, page, context, folder }) => {
  const training = start(ENDLESS_TRAINING);
  await page.goto(await dashboardUrl(training));
  await expect(connection(page)).toHaveText('Live');
  await context.setOffline(true);
  await expect(connection(page)).toContainText('Connection lost');
  const lastShown = await shownEpoch(page);
  await expect.poll(() => recordedEpochs(folder)).toBeGreaterThan(lastShown + 3);
  await context.setOffline(false);
  await expect(connection(page)).toHaveText('Live');
  await expect(async () =>
    expect((await figureRows(page, 'Mini-batch loss')).length).toBeGreaterThan(lastShown + 3),
  ).toPass();
  const rows = await figureRows(page, 'Mini-batch loss');
  expect(rows).toEqual(lossRows(folder).slice(0, rows.length));
});

test('a page whose server ends with its training keeps every epoch and is complete', async ({
  start,
  page,
  folder,
}) => {
  const training = start('train --dataset synthetic --epochs 12 --threads 1 --port 0');
  await page.goto(await dashboardUrl(training));
  expect(await training.exited).toMatchObject({ exitCode: 0 });
  await expect(connection(page)).toContainText('Complete');
  await expect.poll(() => shownEpoch(page)).toBe(12);
  await expect(async () => expect(await figureRows(page, 'Mini-batch loss')).toEqual(lossRows(folder))).toPass();
});

test('a page behind a token opens by its address, also where another server of the host has set a cookie of the same name', async ({
  start,
  run,
  page,
  context,
  pageErrors,
}) => {
  expect(await run(`${SHORT_TRAINING} --name behind`)).toMatchObject({ exitCode: 0 });
  const url = new URL(await dashboardUrl(start('serve --port 0 --token')));
  expect(url.hash).toMatch(/^#token=[\w-]{32}$/);
  // A browser sends this one first on the runs' pages, because its path is longer.
  const shadow = { name: `fdr_${url.port}`, value: 'junk', domain: url.hostname };
  await context.addCookies([
    { ...shadow, path: '/api' },
    { ...shadow, path: '/socket.io' },
  ]);
  await page.goto(url.origin);
  await expect(page.getByText('This server requires its token')).toBeVisible();
  await page.goto('about:blank');
  await page.goto(url.href);
  await page.getByRole('link', { name: 'behind' }).click();
  await expect(connection(page)).toHaveText('Recorded');
  expect(page.url()).not.toContain('token');
  // The browser itself reports the answer 401 before the login.
  removeExpectedErrors(pageErrors, /401/);
});
