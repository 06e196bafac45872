import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

/** Titles of the figures on a run's page, in their order. */
export const RUN_FIGURES = [
  'Mini-batch loss',
  'The two sides of FDR1',
  'Ratio of the two sides',
  'Learning rate',
  'Accuracy',
  'Full-batch loss',
  'Ratio per layer',
] as const;

/** Title of one of the figures. */
type FigureTitle = (typeof RUN_FIGURES)[number];

/** The card of a figure. */
export const figure = (page: Page, title: FigureTitle): Locator =>
  page.getByRole('region', { name: title, exact: true });

/** The element that tells whether the page is connected. */
export const connection = (page: Page): Locator => page.getByRole('status');

/** The element that tells the run's status. */
export const statusPill = (page: Page): Locator => page.locator('.pill');

/** The value and the note of one of the large numbers at the top. */
export function keyNumber(page: Page, name: string): { readonly value: Locator; readonly note: Locator } {
  const box = page
    .getByLabel('Key numbers')
    .locator('div')
    .filter({ has: page.getByText(name, { exact: true }) });
  return { value: box.getByRole('definition').first(), note: box.getByRole('definition').last() };
}

/** The number of the last epoch that the page shows. */
export async function shownEpoch(page: Page): Promise<number> {
  return Number(await keyNumber(page, 'Epoch').value.textContent());
}

/** Waits until this number of epochs has been added to the page. */
export async function waitForEpochs(page: Page, count: number): Promise<void> {
  const first = await shownEpoch(page);
  await expect.poll(() => shownEpoch(page)).toBeGreaterThanOrEqual(first + count);
}

/** The number of painted pixels on a figure's canvas; 0 if the chart draws nothing. */
function paintedPixels(card: Locator): Promise<number> {
  return card
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let painted = 0;
      for (let index = 3; index < pixels.length; index += 4) if (pixels[index] !== 0) painted += 1;
      return painted;
    });
}

/** The drawing of a figure as a data URL, to compare it with a later one. */
export function canvasImage(card: Locator): Promise<string> {
  return card
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** Waits until a figure shows curves: more pixels are painted than its axes and labels need. */
export async function expectDrawn(card: Locator): Promise<void> {
  await card.scrollIntoViewIfNeeded();
  await expectPainted(card);
}

/** The same without bringing the figure into sight. */
export async function expectPainted(card: Locator): Promise<void> {
  await expect.poll(() => paintedPixels(card)).toBeGreaterThan(3000);
}

/** Rows of the CSV file of a run's figure: all of them, in full precision. */
export function figureRows(page: Page, title: FigureTitle): Promise<string[][]> {
  return downloadRows(page, page.getByRole('button', { name: `Save the values of ${title} as CSV` }));
}

/** Rows of the CSV file of all visible steps. */
export function stepRows(page: Page): Promise<string[][]> {
  return downloadRows(page, page.getByRole('button', { name: /Save the visible steps/ }));
}

/** Clicks a button that saves a CSV file. Returns the file's rows without its head; quoted cells must not hold a comma. */
export async function downloadRows(page: Page, button: Locator): Promise<string[][]> {
  const download = page.waitForEvent('download');
  await button.click();
  return readFileSync(await (await download).path(), 'utf8')
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','));
}
