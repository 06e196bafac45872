import type { Page } from '@playwright/test';
import axe, { type Result } from 'axe-core';
import { connection, FIGURES, figure } from '../src/run-page.js';
import { ENDLESS, expect, pageOf, test } from './world.js';

/** What the accessibility rules say against the page, the grave and the serious. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated, not loaded as a script, which the page's policy would rightly refuse.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    return (await inPage.run()).violations;
  });
  return found
    .filter(({ impact }: Result) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }: Result) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

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
  const overhang = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.goto(address);
  await expect(connection(page)).toHaveText('Live');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeInViewport({ ratio: 1 });
  for (const title of FIGURES) await figure(page, title).getByText('Values', { exact: true }).click();
  expect(await overhang()).toBe(0);
  await page.goto(new URL('/', address).href);
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  expect(await overhang()).toBe(0);
});
