import { join } from 'node:path';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { connection, keyNumber, savedRows, savedSteps } from '../src/run-page.js';
import { ENDLESS, expect, pageOf, test } from './world.js';

/** What a browser says by itself of a server that is not there. */
const EXPECTED_COMPLAINT =
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INTERNET_DISCONNECTED|EMPTY_RESPONSE)|WebSocket connection/;

test.afterEach(({ complaints }) => {
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !EXPECTED_COMPLAINT.test(text)));
});

/** The rows that the page must have of the loss, by the files. */
function lossRows(folder: string): string[][] {
  return readOnlyRun(join(folder, 'runs')).epochs.map(({ epoch, lossHalf }) => [epoch, lossHalf].map(String));
}

test('a server that was killed and comes back leaves no gap and no duplicate', async ({ start, page, folder }) => {
  const training = start('train --dataset synthetic --epochs 80 --threads 1 --no-dashboard');
  await training.says(/epoch 2/);
  const server = start('serve --port 0');
  const { origin, port } = new URL(await pageOf(server));
  await page.goto(`${origin}/runs/${readOnlyRun(join(folder, 'runs')).run.id}`);
  await expect(connection(page)).toHaveText('Live, trained by another process');

  server.kill('SIGKILL');
  await server.ended;
  await expect(connection(page)).toContainText(/Connection lost at \d\d:\d\d:\d\d|No server since/);
  const seen = Number(await keyNumber(page, 'Epoch').value.textContent());
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).epochs.length).toBeGreaterThan(seen + 3);

  await pageOf(start(`serve --port ${port}`));
  await expect(connection(page)).toHaveText(/Live, trained by another process|Complete/);
  await training.ended;
  await expect(connection(page)).toHaveText('Complete');
  const found = readOnlyRun(join(folder, 'runs'));
  expect(found.epochs).toHaveLength(80);
  await expect(async () => expect(await savedRows(page, 'Mini-batch loss')).toEqual(lossRows(folder))).toPass();
  const steps = await savedSteps(page);
  expect(steps).toHaveLength(stepCount(found));
  expect(steps.map((row) => Number(row[2]))).toEqual(stepColumn(found, 'loss'));
});

test('a page that was open when its training was killed shows what became of it', async ({ start, page, folder }) => {
  const training = start(`${ENDLESS} --checkpoint-every 1`);
  const { origin, port, pathname } = new URL(await pageOf(training));
  await page.goto(origin + pathname);
  await expect(connection(page)).toHaveText('Live');
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).checkpoints.length).toBeGreaterThan(2);
  training.kill('SIGKILL');
  await training.ended;
  await expect(connection(page)).toContainText('Connection lost');

  await pageOf(start(`resume ${pathname.replace('/runs/', '')} --port ${port}`));
  await expect(connection(page)).toHaveText('Live');
  await expect(page.getByText(/goes on from the checkpoint of step \d+/)).toHaveCount(1);
  const { events, epochs } = readOnlyRun(join(folder, 'runs'));
  const step = events.findLast(({ type }) => type === 'status')?.step ?? NaN;
  expect(step).toBeGreaterThan(0);
  await expect
    .poll(() => readOnlyRun(join(folder, 'runs')).epochs.length)
    .toBeGreaterThan(Math.max(epochs.length, step / 40 + 3));
  await expect(async () => {
    const rows = await savedRows(page, 'Mini-batch loss');
    expect(rows).toEqual(lossRows(folder).slice(0, rows.length));
    expect(rows.length).toBeGreaterThan(step / 40 + 2);
  }).toPass();
});

test('a browser that was offline catches up', async ({ start, page, context, folder }) => {
  const training = start(ENDLESS);
  await page.goto(await pageOf(training));
  await expect(connection(page)).toHaveText('Live');
  await context.setOffline(true);
  await expect(connection(page)).toContainText('Connection lost');
  const seen = Number(await keyNumber(page, 'Epoch').value.textContent());
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).epochs.length).toBeGreaterThan(seen + 3);
  await context.setOffline(false);
  await expect(connection(page)).toHaveText('Live');
  await expect(async () =>
    expect((await savedRows(page, 'Mini-batch loss')).length).toBeGreaterThan(seen + 3),
  ).toPass();
  const rows = await savedRows(page, 'Mini-batch loss');
  expect(rows).toEqual(lossRows(folder).slice(0, rows.length));
});

test('when the training ends with its server, the page keeps what it has and says so', async ({
  start,
  page,
  folder,
}) => {
  const training = start('train --dataset synthetic --epochs 12 --threads 1 --port 0');
  await page.goto(await pageOf(training));
  expect(await training.ended).toMatchObject({ exitCode: 0 });
  await expect(connection(page)).toContainText('Complete');
  await expect(keyNumber(page, 'Epoch').value).toHaveText('12');
  await expect(async () => expect(await savedRows(page, 'Mini-batch loss')).toEqual(lossRows(folder))).toPass();
});
