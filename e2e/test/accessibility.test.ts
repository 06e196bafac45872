import type { Page } from '@playwright/test';
import { accessibilityViolations, horizontalOverflow, isDark } from '../src/accessibility.js';
import { connection, RUN_FIGURES, figure } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, test } from './fixtures.js';

async function openValuesOfAllFigures(page: Page): Promise<void> {
  for (const title of RUN_FIGURES) await figure(page, title).getByText('Values', { exact: true }).click();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the list of runs and the page of a run have no serious accessibility violation in ${colorScheme} colours`, async ({
    start,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    const url = await dashboardUrl(start(ENDLESS_TRAINING));
    await page.goto(new URL('/', url).href);
    await expect(page.getByRole('rowheader')).toHaveCount(1);
    expect(await isDark(page)).toBe(colorScheme === 'dark');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.goto(url);
    await expect(connection(page)).toHaveText('Live');
    await openValuesOfAllFigures(page);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
}

test('the accessibility check reports an image without a text', async ({ page }) => {
  await page.setContent('<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>');
  expect(await accessibilityViolations(page)).toEqual([expect.stringContaining('image-alt')]);
});

test('the check of the width reports what is wider than the window', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.setContent('<body style="margin: 0"><div style="width: 400px">x</div></body>');
  expect(await horizontalOverflow(page)).toBe(40);
});

test('the list of runs and the page of a run fit a window of 360 pixels', async ({ start, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const url = await dashboardUrl(start(ENDLESS_TRAINING));
  await page.goto(url);
  await expect(connection(page)).toHaveText('Live');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeInViewport({ ratio: 1 });
  await openValuesOfAllFigures(page);
  expect(await horizontalOverflow(page)).toBe(0);
  await page.goto(new URL('/', url).href);
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  expect(await horizontalOverflow(page)).toBe(0);
});
