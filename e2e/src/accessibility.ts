import type { Page } from '@playwright/test';
import axe, { type Result } from 'axe-core';

/** What the accessibility rules say against the page, the grave and the serious. */
export async function violations(page: Page): Promise<string[]> {
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

/** Pixels by which the page is wider than its window. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
