import { join } from 'node:path';
import { JUMPING_CLOCK } from '../src/jumping-clock.js';
import { readOnlyRun, type RunFolder } from '../src/run-folder.js';
import { connection, figureRows, shownEpoch, statusPill, waitForEpochs } from '../src/run-page.js';
import { dashboardUrl, EARLY_DECAY, ENDLESS_TRAINING, expect, test } from './fixtures.js';

const HOUR = 3_600_000;
const TRAIN = `train --dataset synthetic --epochs 8 --threads 1 --no-dashboard --checkpoint-every 0 ${EARLY_DECAY}`;

test('a training whose clock jumps takes the same course, and measures its time all the same', async ({
  run,
  folder,
}) => {
  expect(await run(`${TRAIN} --runs-dir steady`)).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await run(`${TRAIN} --runs-dir jumping`, JUMPING_CLOCK);
  expect(exitCode).toBe(0);
  const steady = readOnlyRun(join(folder, 'steady'));
  const jumping = readOnlyRun(join(folder, 'jumping'));
  expect(jumping.steps.equals(steady.steps)).toBe(true);
  const times = jumping.events.map(({ time }) => Date.parse(time));
  expect(times.some((time, index) => index > 0 && time < (times[index - 1] ?? NaN) - HOUR)).toBe(true);
  const known = ({ epochs, events, checkpoints }: RunFolder) => ({
    epochs: epochs.map((record) => ({ ...record, seconds: 0 })),
    events: events.map((record) => ({ ...record, time: '' })),
    checkpoints,
  });
  expect(known(jumping)).toEqual(known(steady));
  expect(jumping.events.some(({ type }) => type === 'learningRate')).toBe(true);
  for (const { seconds } of jumping.epochs) expect(1000 * seconds).toBeLessThan(HOUR);
  // Minutes and seconds alone: no jump is in them.
  const remaining = [...stdout.matchAll(/ETA (\S+)/g)].map(([, text]) => text);
  expect(remaining.length).toBeGreaterThan(0);
  for (const text of remaining) expect(text).toMatch(/^\d+:\d\d$/);
  const listed = await run('runs ls --runs-dir jumping', JUMPING_CLOCK);
  expect(listed.stdout).toMatch(/finished +8\/8/);
});

test('the page of a process whose clock jumps, with a clock that jumps itself, has every epoch once', async ({
  start,
  page,
  folder,
}) => {
  const training = start(ENDLESS_TRAINING, JUMPING_CLOCK);
  await page.goto(await dashboardUrl(training));
  await waitForEpochs(page, 2);
  for (const jump of [8, -16]) {
    await page.clock.setFixedTime(Date.now() + jump * HOUR);
    await waitForEpochs(page, 3);
    await expect(connection(page)).toHaveText('Live');
  }
  await expect(statusPill(page)).toHaveText('running');
  const shown = await shownEpoch(page);
  await expect(async () => expect((await figureRows(page, 'Mini-batch loss')).length).toBeGreaterThan(shown)).toPass();
  const rows = await figureRows(page, 'Mini-batch loss');
  training.kill('SIGINT');
  expect(await training.exited).toMatchObject({ exitCode: 130 });
  const { epochs } = readOnlyRun(join(folder, 'runs'));
  expect(rows).toEqual(epochs.slice(0, rows.length).map(({ epoch, lossHalf }) => [epoch, lossHalf].map(String)));
});
