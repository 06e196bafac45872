import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import {
  canvasImage,
  connection,
  expectDrawn,
  figure,
  figureRows,
  RUN_FIGURES,
  keyNumber,
  shownEpoch,
  stepRows,
  waitForEpochs,
} from '../src/run-page.js';
import { dashboardUrl, EARLY_DECAY, ENDLESS_TRAINING, expect, SHORT_TRAINING, test } from './fixtures.js';

test('every figure is drawn during the training, and redrawn with new epochs', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await expect(connection(page)).toHaveText('Live');
  await waitForEpochs(page, 2);
  for (const title of RUN_FIGURES) await expectDrawn(figure(page, title));
  const loss = figure(page, 'Mini-batch loss');
  await loss.scrollIntoViewIfNeeded();
  const before = await canvasImage(loss);
  const label = await loss.getByRole('img').getAttribute('aria-label');
  expect(label).not.toBeNull();
  await waitForEpochs(page, 1);
  await expect.poll(() => canvasImage(loss)).not.toBe(before);
  await expect(loss.getByRole('img')).not.toHaveAttribute('aria-label', label ?? '');
  await expect(keyNumber(page, 'Test accuracy').value).toHaveText(/\d\d\.\d+ ?%/);
});

test('the page tells why the learning rate fell', async ({ start, page, folder }) => {
  const training = start(`${ENDLESS_TRAINING} ${EARLY_DECAY}`);
  await page.goto(await dashboardUrl(training));
  const events = page.getByRole('region', { name: 'Events' });
  const change =
    /Learning rate (?<from>\S+) → (?<to>\S+): the ratio \d\.\d+ was within 0\.5 of 1 over the last \d+ steps/;
  await expect(events).toContainText(change);
  // The training goes on while the page is read: which of the changes it shows depends on the machine's speed.
  const shown = change.exec(await events.innerText())?.groups;
  await expect(keyNumber(page, 'Learning rate').note).toHaveText(/after \d+ change/);
  training.kill('SIGINT');
  await training.exited;
  const changes = readOnlyRun(join(folder, 'runs')).events.filter((event) => event.type === 'learningRate');
  expect(changes[0]).toMatchObject({ from: 0.3, to: 0.27, reason: { rule: 'equilibrium', threshold: 0.5 } });
  // Four digits are shown.
  const close = (value: number, text = '') => Math.abs(Number(text) / value - 1) < 1e-3;
  expect(changes.filter(({ from, to }) => close(from, shown?.['from']) && close(to, shown?.['to']))).toHaveLength(1);
});

test('a page opened late and a page opened early both have every epoch, change and step once', async ({
  start,
  page,
  context,
  folder,
}) => {
  // A server in a process of its own outlives the training.
  const server = start('serve --port 0');
  const training = start(`train --dataset synthetic --epochs 25 --threads 1 --no-dashboard ${EARLY_DECAY}`);
  await training.waitForOutput(/epoch 2/);
  // It waits for the page: however slow the machine, the page sees it while it trains.
  training.kill('SIGSTOP');
  const { origin } = new URL(await dashboardUrl(server));
  const url = `${origin}/runs/${readOnlyRun(join(folder, 'runs')).run.id}`;
  await page.goto(url);
  await expect(connection(page)).toHaveText('Live, trained by another process');
  training.kill('SIGCONT');
  await training.waitForOutput(/epoch (1[5-9]|2\d)/);
  const late = await context.newPage();
  await late.goto(url);
  expect(await training.exited).toMatchObject({ exitCode: 0 });

  const recorded = readOnlyRun(join(folder, 'runs'));
  const epochs = recorded.epochs.map(({ epoch, oLHalf, oRHalf }) => [epoch, oLHalf, oRHalf].map(String));
  const changes = recorded.events
    .filter((event) => event.type === 'learningRate')
    .map(({ from, to }) => [from, to].map(String));
  expect(epochs).toHaveLength(25);
  for (const shown of [page, late]) {
    await expect(connection(shown)).toHaveText(/Complete|Recorded/);
    await expect.poll(() => shownEpoch(shown)).toBe(25);
    await expect(async () => expect(await figureRows(shown, 'The two sides of FDR1')).toEqual(epochs)).toPass();
    expect((await figureRows(shown, 'Learning rate')).map(([, from, to]) => [from, to])).toEqual(changes);
    const steps = await stepRows(shown);
    expect(steps.map(([step]) => Number(step))).toEqual(
      Array.from({ length: stepCount(recorded) }, (_, index) => index + 1),
    );
    expect(steps.map((row) => Number(row[2]))).toEqual(stepColumn(recorded, 'loss'));
  }
});

/** Drags with the mouse from a quarter to three quarters of a figure's width. */
async function dragAcross(page: Page, card: Locator): Promise<void> {
  const chart = card.getByRole('img');
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) throw new Error('the figure is not visible');
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 4, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + (3 * box.width) / 4, middle, { steps: 4 });
  await page.mouse.up();
}

const scaleButton = (group: Locator, name: 'lin' | 'log'): Locator => group.getByRole('button', { name, exact: true });
const horizontalScale = (page: Page): Locator => page.getByRole('group', { name: 'Horizontal axis of all figures' });

test('the buttons of the scales redraw a figure', async ({ start, run, page }) => {
  // A recorded run is redrawn for no other reason.
  expect(await run(SHORT_TRAINING)).toMatchObject({ exitCode: 0 });
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await page.getByRole('rowheader').getByRole('link').click();
  const loss = figure(page, 'Mini-batch loss');
  await expectDrawn(loss);
  await expect(scaleButton(loss, 'log')).toHaveAttribute('aria-pressed', 'true');
  const withLog = await settledImage(loss);
  await scaleButton(loss, 'lin').click();
  await expect(scaleButton(loss, 'lin')).toHaveAttribute('aria-pressed', 'true');
  await expect(scaleButton(loss, 'log')).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(() => canvasImage(loss)).not.toBe(withLog);
  const withLinear = await settledImage(loss);
  await scaleButton(horizontalScale(page), 'log').click();
  // A figure out of sight is redrawn when it is seen again.
  await loss.scrollIntoViewIfNeeded();
  await expect.poll(() => canvasImage(loss)).not.toBe(withLinear);
});

/** The drawing of a figure once its animation has ended: two readings, two frames apart, agree. */
async function settledImage(card: Locator): Promise<string> {
  let image = await canvasImage(card);
  await expect(async () => {
    const before = image;
    await card.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    image = await canvasImage(card);
    expect(image).toBe(before);
  }).toPass();
  return image;
}

test('a chosen view is kept while the run grows and after a reload', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await waitForEpochs(page, 4);
  const loss = figure(page, 'Mini-batch loss');
  await scaleButton(loss, 'lin').click();
  await scaleButton(horizontalScale(page), 'log').click();
  await dragAcross(page, loss);
  const showAll = page.getByRole('button', { name: 'Show all', exact: true });
  await expect(showAll).toBeEnabled();
  const [first, last] = [page.getByLabel('First visible epoch'), page.getByLabel('Last visible epoch')];
  const chosen = [await first.inputValue(), await last.inputValue()];
  expect(Number(chosen[1])).toBeGreaterThan(Number(chosen[0]));

  const expectChosenView = async () => {
    expect([await first.inputValue(), await last.inputValue()]).toEqual(chosen);
    await expect(scaleButton(loss, 'lin')).toHaveAttribute('aria-pressed', 'true');
    await expect(scaleButton(horizontalScale(page), 'log')).toHaveAttribute('aria-pressed', 'true');
  };
  await waitForEpochs(page, 3);
  await expectChosenView();
  await page.reload();
  await waitForEpochs(page, 1);
  await expectChosenView();
  await expectDrawn(loss);

  await showAll.click();
  await expect(showAll).toBeDisabled();
  const end = Number(await last.inputValue());
  await expect.poll(async () => Number(await last.inputValue())).toBeGreaterThan(end);
});

/** In the page: clicks the two scales in turn, once a frame, 60 times, and moves the pointer before and after each click. */
async function moveWhileRedrawing(card: Element): Promise<void> {
  const buttons = [...card.querySelectorAll('button')].filter(({ innerText }) => /lin|log/.test(innerText));
  const canvas = card.querySelector('canvas');
  if (buttons.length !== 2 || canvas === null) throw new Error('the figure has no canvas or no two scales');
  const { left, top } = card.getBoundingClientRect();
  const move = (round: number) => {
    const position = { clientX: left + 150 + round, clientY: top + 200 };
    canvas.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, ...position }));
  };
  for (let round = 0; round < 60; round += 1) {
    await new Promise(requestAnimationFrame);
    move(round);
    buttons[round % 2]?.click();
    // After the page has handled the click and before the next frame.
    setTimeout(() => move(round), 0);
  }
}

test('a pointer that moves over a figure while it is redrawn causes no error', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  const loss = figure(page, 'Mini-batch loss');
  await expectDrawn(loss);
  await loss.evaluate(moveWhileRedrawing);
  // The last click chose the second scale. Errors of the page fail the test at its end.
  await expect(scaleButton(loss, 'log')).toHaveAttribute('aria-pressed', 'true');
});

test('every figure of a recorded run has a table of its values', async ({ start, page, folder }) => {
  const training = start('train --dataset synthetic --epochs 6 --threads 1 --no-dashboard');
  await training.exited;
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await page.getByRole('rowheader').getByRole('link').click();
  await expect(connection(page)).toHaveText('Recorded');
  for (const title of RUN_FIGURES) {
    const card = figure(page, title);
    await card.getByText('Values', { exact: true }).click();
    await expect(card.getByRole('table')).toBeVisible();
    if (title !== 'Learning rate') await expect(card.locator('tbody tr')).toHaveCount(6);
  }
  const [, value = ''] = await figure(page, 'Accuracy').locator('tbody tr').last().locator('td').allTextContents();
  const recorded = readOnlyRun(join(folder, 'runs')).epochs.at(-1)?.trainAccuracy;
  expect(Math.abs(Number(value) - (recorded ?? NaN))).toBeLessThan(1e-5);
});
