import type { Page } from '@playwright/test';
import axe from 'axe-core';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

/** Serious and critical violations of the accessibility rules on the page, one line each. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // The source is evaluated, because the page's policy would rightly refuse it as a script element.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Pixels by which the page is wider than its window. */
export function horizontalOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Whether the page has a dark background: the mean of its three colour channels is below the middle. */
export function isDark(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { backgroundColor } = getComputedStyle(document.body);
    const [red = NaN, green = NaN, blue = NaN] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    return (red + green + blue) / 3 < 128;
  });
}
