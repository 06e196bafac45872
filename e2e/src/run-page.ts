import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

/** Titles of the figures that a run's page shows, in their order. */
export const FIGURES = [
  'Mini-batch loss',
  'The two sides of FDR1',
  'Ratio of the two sides',
  'Learning rate',
  'Accuracy',
  'Full-batch loss',
  'Ratio per layer',
] as const;
export type FigureTitle = (typeof FIGURES)[number];

export const figure = (page: Page, title: FigureTitle): Locator =>
  page.getByRole('region', { name: title, exact: true });
export const connection = (page: Page): Locator => page.getByRole('status');

/** One of the large numbers on top: its value and the note below it. */
export function keyNumber(page: Page, name: string): { readonly value: Locator; readonly note: Locator } {
  const box = page
    .getByLabel('Key numbers')
    .locator('div')
    .filter({ has: page.getByText(name, { exact: true }) });
  return { value: box.getByRole('definition').first(), note: box.getByRole('definition').last() };
}

/** How many pixels of a figure's canvas are painted: a chart that draws nothing has none. */
export function paintedPixels(card: Locator): Promise<number> {
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

/** The drawing as it stands, to be compared with a later one. */
export function picture(card: Locator): Promise<string> {
  return card
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** Waits until the figure shows curves: more paint than its axes and words. */
export async function expectDrawn(card: Locator): Promise<void> {
  await card.scrollIntoViewIfNeeded();
  await expect.poll(() => paintedPixels(card)).toBeGreaterThan(3000);
}

/** The rows behind a figure, all of them and in full precision, as the page itself hands them out. */
export async function savedRows(page: Page, title: FigureTitle): Promise<string[][]> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save the values of ${title} as CSV` }).click();
  return csvRows(await (await saving).path());
}

/** Every single step in sight, as the page saves them. */
export async function savedSteps(page: Page): Promise<string[][]> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: /Save the visible steps/ }).click();
  return csvRows(await (await saving).path());
}

/** Rows without the head. Good for numbers: quoted cells may hold no comma here. */
function csvRows(path: string): string[][] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','));
}
