import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { accessibilityViolations, horizontalOverflow } from '../src/accessibility.js';
import { readOnlyRun } from '../src/run-folder.js';
import { canvasImage, connection, downloadRows, expectDrawn, waitForEpochs } from '../src/run-page.js';
import { dashboardUrl, EARLY_DECAY, ENDLESS_TRAINING, expect, SHORT_TRAINING, test } from './fixtures.js';

const timeline = (page: Page): Locator => page.getByRole('region', { name: 'Timeline', exact: true });
const frame = (page: Page): Locator => page.getByRole('group', { name: /^Timeline of the run/ });
const window = async (page: Page): Promise<readonly number[]> => [
  Number(await page.getByLabel('First visible epoch').inputValue()),
  Number(await page.getByLabel('Last visible epoch').inputValue()),
];

test('the timeline shows what was recorded, zooms and pans by keys, wheel and map, and undoes it', async ({
  run,
  start,
  page,
  folder,
}) => {
  await run(`${SHORT_TRAINING} --epochs 12 ${EARLY_DECAY}`);
  const { run: stored, epochs, events } = readOnlyRun(join(folder, 'runs'));
  await page.goto(new URL(`/runs/${stored.id}`, await dashboardUrl(start('serve --port 0'))).href);
  const card = timeline(page);
  await expectDrawn(card);
  expect(await accessibilityViolations(page)).toEqual([]);
  const rows = await downloadRows(page, page.getByRole('button', { name: 'Save the values of Timeline as CSV' }));
  expect(rows.map(([epoch, , , ratio, error]) => [epoch, ratio, error].map(Number))).toEqual(
    epochs.map(({ epoch, ratio, scatter = NaN }) => [epoch, ratio, 2 * scatter]),
  );

  const before = await canvasImage(card);
  await frame(page).focus();
  await page.keyboard.press('+');
  // 12 epochs about the middle, times 0.7.
  await expect.poll(() => window(page)).toEqual([1.8, 10.2]);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => window(page)).toEqual([3.48, 11.88]);
  expect(page.url()).toContain('from=3.48&to=11.88');
  await expect.poll(() => canvasImage(card)).not.toBe(before);
  await page.reload();
  await expect.poll(() => window(page)).toEqual([3.48, 11.88]);

  await card.locator('canvas').first().hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(async () => (await window(page))[0]).toBeGreaterThan(3.48);
  await page.getByRole('button', { name: 'Undo zoom' }).click();
  await expect.poll(() => window(page)).toEqual([3.48, 11.88]);
  // A wheel alone scrolls the page.
  await page.mouse.wheel(0, 50);
  expect(await window(page)).toEqual([3.48, 11.88]);

  await page.getByRole('slider', { name: 'Begin of the window, in epochs' }).fill('6');
  await expect.poll(() => window(page)).toEqual([6, 11.88]);

  const changes = events.filter((event) => event.type === 'learningRate');
  expect(changes.length).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Later decision' }).click();
  await expect(card.getByText(`1 of ${changes.length}`)).toBeVisible();
  await expect(card).toContainText(changes[0]?.reason.message ?? '?');
  expect(page.url()).toContain('decision=1');
});

test('a click on a step of the learning rate opens its decision', async ({ run, start, page, folder }) => {
  await run(`${SHORT_TRAINING} --epochs 12 ${EARLY_DECAY}`);
  const { run: stored, events } = readOnlyRun(join(folder, 'runs'));
  const changes = events.filter((event) => event.type === 'learningRate');
  const last = changes.at(-1);
  await page.goto(new URL(`/runs/${stored.id}`, await dashboardUrl(start('serve --port 0'))).href);
  const chart = timeline(page).getByRole('img');
  await expectDrawn(timeline(page));
  const { width, height } = (await chart.boundingBox()) ?? { width: NaN, height: NaN };
  // The axis begins 112 pixels from the left and ends 18 from the right; the stairs are the lowest lane.
  const x = 112 + ((width - 130) * (last?.epoch ?? NaN)) / 12;
  await chart.click({ position: { x: Math.min(x, width - 19), y: height - 80 } });
  await expect(timeline(page).getByText(`${changes.length} of ${changes.length}`)).toBeVisible();
});

test('the timeline follows the end of a run that grows, on a phone too', async ({ start, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await waitForEpochs(page, 3);
  await page.getByLabel('First visible epoch').fill('1');
  await page.getByLabel('First visible epoch').press('Enter');
  await page.getByRole('button', { name: 'Follow the end' }).click();
  await expect(page.getByRole('button', { name: 'Follow the end' })).toHaveAttribute('aria-pressed', 'true');
  const [, end = NaN] = await window(page);
  await expect.poll(async () => (await window(page))[1]).toBeGreaterThan(end);
  expect(page.url()).toContain('tail=');
  expect(await horizontalOverflow(page)).toBe(0);
  await expect(connection(page)).toHaveText('Live');
});
