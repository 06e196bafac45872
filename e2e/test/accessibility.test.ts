import { overhang, violations } from '../src/accessibility.js';
import { connection, FIGURES, figure } from '../src/run-page.js';
import { ENDLESS, expect, pageOf, test } from './world.js';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no serious violation of the accessibility rules, ${colorScheme}`, async ({ start, page }) => {
    await page.emulateMedia({ colorScheme });
    const address = await pageOf(start(ENDLESS));
    await page.goto(new URL('/', address).href);
    await expect(page.getByRole('rowheader')).toHaveCount(1);
    expect(await violations(page)).toEqual([]);
    await page.goto(address);
    await expect(connection(page)).toHaveText('Live');
    for (const title of FIGURES) await figure(page, title).getByText('Values', { exact: true }).click();
    expect(await violations(page)).toEqual([]);
  });
}

test('the rules would find a violation', async ({ page }) => {
  await page.setContent('<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>');
  expect(await violations(page)).toEqual([expect.stringContaining('image-alt')]);
});

test('360 pixels are wide enough: nothing scrolls sideways', async ({ start, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const address = await pageOf(start(ENDLESS));
  await page.goto(address);
  await expect(connection(page)).toHaveText('Live');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeInViewport({ ratio: 1 });
  for (const title of FIGURES) await figure(page, title).getByText('Values', { exact: true }).click();
  expect(await overhang(page)).toBe(0);
  await page.goto(new URL('/', address).href);
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  expect(await overhang(page)).toBe(0);
});
