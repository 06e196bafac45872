import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import {
  connection,
  expectDrawn,
  figure,
  FIGURES,
  keyNumber,
  picture,
  savedRows,
  savedSteps,
} from '../src/run-page.js';
import { EARLY_DROPS, ENDLESS, expect, pageOf, test } from './world.js';

/** Waits until so many epochs have passed on the page. */
async function epochsPass(page: Page, count: number): Promise<void> {
  const epoch = async () => Number(await keyNumber(page, 'Epoch').value.textContent());
  const now = await epoch();
  await expect.poll(epoch).toBeGreaterThanOrEqual(now + count);
}

test('charts appear while training, and move', async ({ start, page }) => {
  await page.goto(await pageOf(start(ENDLESS)));
  await expect(connection(page)).toHaveText('Live');
  await epochsPass(page, 2);
  for (const title of FIGURES) await expectDrawn(figure(page, title));
  const loss = figure(page, 'Mini-batch loss');
  await loss.scrollIntoViewIfNeeded();
  const before = await picture(loss);
  const said = await loss.getByRole('img').getAttribute('aria-label');
  await epochsPass(page, 1);
  await expect.poll(() => picture(loss)).not.toBe(before);
  await expect(loss.getByRole('img')).not.toHaveAttribute('aria-label', said ?? '');
  await expect(keyNumber(page, 'Test accuracy').value).toHaveText(/\d\d\.\d+ ?%/);
});

test('the learning rate falls, and the page says why', async ({ start, page, folder }) => {
  const training = start(`${ENDLESS} ${EARLY_DROPS}`);
  await page.goto(await pageOf(training));
  const events = page.getByRole('region', { name: 'Events' });
  await expect(events).toContainText(
    /Learning rate 0\.3 → 0\.27: the ratio \d\.\d+ was within 0\.5 of one over the last \d+ steps/,
  );
  await expect(keyNumber(page, 'Learning rate').note).toHaveText(/after \d+ change/);
  training.kill('SIGINT');
  await training.ended;
  const drops = readOnlyRun(join(folder, 'runs')).events.filter((event) => event.type === 'learningRate');
  expect(drops.length).toBeGreaterThan(0);
  expect(drops[0]).toMatchObject({ from: 0.3, to: 0.27, reason: { rule: 'equilibrium', threshold: 0.5 } });
});

test('a page opened late, and one that saw it all, have the whole history and nothing twice', async ({
  start,
  page,
  context,
  folder,
}) => {
  // A server of its own stays when the training has ended.
  const server = start('serve --port 0');
  const training = start(`train --dataset synthetic --epochs 25 --threads 1 --no-dashboard ${EARLY_DROPS}`);
  await training.says(/epoch 2/);
  const { origin } = new URL(await pageOf(server));
  const address = `${origin}/runs/${readOnlyRun(join(folder, 'runs')).run.id}`;
  await page.goto(address);
  await expect(connection(page)).toHaveText('Live, trained by another process');
  await training.says(/epoch (1[5-9]|2\d)/);
  const late = await context.newPage();
  await late.goto(address);
  expect(await training.ended).toMatchObject({ exitCode: 0 });

  const found = readOnlyRun(join(folder, 'runs'));
  const epochs = found.epochs.map(({ epoch, oLHalf, oRHalf }) => [epoch, oLHalf, oRHalf].map(String));
  const drops = found.events
    .filter((event) => event.type === 'learningRate')
    .map(({ from, to }) => [from, to].map(String));
  expect(epochs).toHaveLength(25);
  for (const seen of [page, late]) {
    await expect(connection(seen)).toHaveText(/Complete|Recorded/);
    await expect(keyNumber(seen, 'Epoch').value).toHaveText('25');
    await expect(async () => expect(await savedRows(seen, 'The two sides of FDR1')).toEqual(epochs)).toPass();
    expect((await savedRows(seen, 'Learning rate')).map(([, from, to]) => [from, to])).toEqual(drops);
    const steps = await savedSteps(seen);
    expect(steps.map(([step]) => Number(step))).toEqual(
      Array.from({ length: stepCount(found) }, (_, index) => index + 1),
    );
    expect(steps.map((row) => Number(row[2]))).toEqual(stepColumn(found, 'loss'));
  }
});

test('scales change by one click, and a chosen view outlives the growth of the run and a reload', async ({
  start,
  page,
}) => {
  await page.goto(await pageOf(start(ENDLESS)));
  await epochsPass(page, 4);
  const loss = figure(page, 'Mini-batch loss');
  const [linear, log] = ['lin', 'log'].map((name) => loss.getByRole('button', { name, exact: true }));
  await expect(log!).toHaveAttribute('aria-pressed', 'true');
  await linear!.click();
  await expect(linear!).toHaveAttribute('aria-pressed', 'true');
  await expect(log!).toHaveAttribute('aria-pressed', 'false');
  await page
    .getByRole('group', { name: 'Horizontal axis of all figures' })
    .getByRole('button', { name: 'log' })
    .click();

  // From a quarter to three quarters of the figure.
  const canvas = (await loss.getByRole('img').boundingBox())!;
  await page.mouse.move(canvas.x + canvas.width / 4, canvas.y + canvas.height / 2);
  await page.mouse.down();
  await page.mouse.move(canvas.x + (3 * canvas.width) / 4, canvas.y + canvas.height / 2, { steps: 4 });
  await page.mouse.up();
  const showAll = page.getByRole('button', { name: 'Show all', exact: true });
  await expect(showAll).toBeEnabled();
  const [first, last] = [page.getByLabel('First visible epoch'), page.getByLabel('Last visible epoch')];
  const chosen = [await first.inputValue(), await last.inputValue()];
  expect(Number(chosen[1])).toBeGreaterThan(Number(chosen[0]));

  const holds = async () => {
    expect([await first.inputValue(), await last.inputValue()]).toEqual(chosen);
    await expect(linear!).toHaveAttribute('aria-pressed', 'true');
  };
  await epochsPass(page, 3);
  await holds();
  await page.reload();
  await epochsPass(page, 1);
  await holds();
  await expectDrawn(loss);

  await showAll.click();
  await expect(showAll).toBeDisabled();
  const end = Number(await last.inputValue());
  await expect.poll(async () => Number(await last.inputValue())).toBeGreaterThan(end);
});

test('a pointer that moves over a figure while it is drawn anew breaks nothing', async ({ start, page }) => {
  await page.goto(await pageOf(start(ENDLESS)));
  const loss = figure(page, 'Mini-batch loss');
  await expectDrawn(loss);
  await loss.evaluate((card) => {
    const buttons = [...card.querySelectorAll('button')].filter(({ innerText }) => /lin|log/.test(innerText));
    const canvas = card.querySelector('canvas');
    const { left, top } = card.getBoundingClientRect();
    const move = (round: number) => {
      const place = { clientX: left + 150 + round, clientY: top + 200 };
      canvas?.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, ...place }));
    };
    let round = 0;
    const next = () => {
      move(round);
      buttons[round % 2]?.click();
      // After the page has taken the click and before the next frame.
      setTimeout(() => move(round), 0);
      round += 1;
      if (round < 60) requestAnimationFrame(next);
      else card.dataset['moved'] = 'enough';
    };
    next();
  });
  await expect(loss).toHaveAttribute('data-moved', 'enough');
});

test('every figure has the table of its values', async ({ start, page, folder }) => {
  const training = start('train --dataset synthetic --epochs 6 --threads 1 --no-dashboard');
  await training.ended;
  await page.goto(await pageOf(start('serve --port 0')));
  await page.getByRole('rowheader').getByRole('link').click();
  await expect(connection(page)).toHaveText('Recorded');
  for (const title of FIGURES) {
    const card = figure(page, title);
    await card.getByText('Values', { exact: true }).click();
    await expect(card.getByRole('table')).toBeVisible();
    if (title !== 'Learning rate') await expect(card.locator('tbody tr')).toHaveCount(6);
  }
  const [, value = ''] = await figure(page, 'Accuracy').locator('tbody tr').last().locator('td').allTextContents();
  const recorded = readOnlyRun(join(folder, 'runs')).epochs.at(-1)?.trainAccuracy;
  expect(Math.abs(Number(value) - (recorded ?? NaN))).toBeLessThan(1e-5);
});
