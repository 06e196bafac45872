import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { figureRecord, type FigureRecord } from '@fdr/records';
import { accessibilityViolations, horizontalOverflow } from '../src/accessibility.js';
import { downloadRows, expectDrawn } from '../src/run-page.js';
import { dashboardUrl, expect, removeExpectedErrors, test } from './fixtures.js';

const REPRODUCE = 'reproduce fig1 --model mlp';
const MALICIOUS = `<img src=x onerror="window.hacked=true">{{constructor.constructor('window.hacked=true')()}}`;

/** The record that `fdr reproduce` has written of figure 1a. */
const storedFigure = (folder: string): FigureRecord =>
  figureRecord.parse(JSON.parse(readFileSync(join(folder, 'results', 'fig1a.json'), 'utf8')));

type Panel = FigureRecord['panels'][number];

/** Expects the drawing, the table and the file of values of a panel. */
async function expectPanel(page: Page, { title, chart: { traces } }: Panel): Promise<void> {
  const card = page.getByRole('region', { name: title, exact: true });
  const firstName = traces[0]?.name ?? '';
  await expect(card.getByRole('img')).toHaveAccessibleName(new RegExp(firstName.replace(/\W/g, '.')));
  await card.getByText('Values', { exact: true }).click();
  for (const { name } of traces) await expect(card.getByRole('table')).toContainText(name);
  await expectDrawn(card);
  const rows = await downloadRows(page, page.getByRole('button', { name: `Save the values of ${title} as CSV` }));
  expect(rows).toHaveLength(traces.reduce((sum, { curve }) => sum + curve.x.length, 0));
}

test('a figure appears on the page once it is drawn, with its claims, panels and values', async ({
  start,
  run,
  page,
  folder,
}) => {
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await page.getByRole('navigation').getByRole('link', { name: 'Figures' }).click();
  await expect(page).toHaveTitle('Figures – FDR');
  await expect(page.getByText('No figures yet')).toBeVisible();
  expect(await run(REPRODUCE)).toMatchObject({ exitCode: 0 });

  const { title, claims, panels, command } = storedFigure(folder);
  expect(claims.length).toBeGreaterThan(0);
  const link = page.getByRole('link', { name: title });
  await expect(link).toBeVisible();
  for (const { verdict, scale } of claims)
    await expect(page.getByRole('main')).toContainText(`${verdict} at scale ${scale}`);
  // By keyboard alone.
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  for (const { measured } of claims)
    await expect(page.getByRole('region', { name: 'Claims of the paper' })).toContainText(measured);
  await expect(page.getByText(command)).toBeVisible();
  expect(panels).toHaveLength(2);
  for (const panel of panels) await expectPanel(page, panel);
});

test('the page of a figure shows the new drawing once it is drawn again', async ({ start, run, page, folder }) => {
  expect(await run(REPRODUCE)).toMatchObject({ exitCode: 0 });
  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(`${url}figures/fig1a`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(storedFigure(folder).title);
  const again = {
    ...storedFigure(folder),
    title: MALICIOUS,
    drawnAt: '2030-01-01T00:00:00.000Z',
    jobs: { done: 1, planned: 2 },
  };
  writeFileSync(join(folder, 'results', 'fig1a.json'), JSON.stringify(again));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(MALICIOUS);
  await expect(page.getByText('1 of 2 jobs done')).toBeVisible();
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

test('the list of figures names a damaged file, and the page of an unknown figure leads back to it', async ({
  start,
  run,
  page,
  folder,
  pageErrors,
}) => {
  expect(await run(REPRODUCE)).toMatchObject({ exitCode: 0 });
  writeFileSync(join(folder, 'results', 'fig2a.json'), '{"schemaVersion": 2}');
  const url = await dashboardUrl(start('serve --port 0 --results results'));
  await page.goto(`${url}figures`);
  await expect(page.getByRole('region', { name: 'Files that could not be read' })).toContainText('fig2a');
  await expect(page.getByRole('link', { name: /^Figure 1/ })).toBeVisible();
  await page.goto(`${url}figures/fig9`);
  await expect(page.getByRole('alert')).toContainText('there is no figure fig9');
  await page.getByRole('main').getByRole('link', { name: 'All figures' }).click();
  await expect(page).toHaveTitle('Figures – FDR');
  // The browser itself reports the answer 404.
  removeExpectedErrors(pageErrors, /404/);
});

test('the pages of figures have no serious accessibility violation and fit 360 pixels', async ({
  start,
  run,
  page,
}) => {
  expect(await run(REPRODUCE)).toMatchObject({ exitCode: 0 });
  const url = await dashboardUrl(start('serve --port 0'));
  await page.setViewportSize({ width: 360, height: 740 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}figures`);
    await expect(page.getByRole('link', { name: /^Figure 1/ })).toBeVisible();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBe(0);
    await page.goto(`${url}figures/fig1a`);
    const values = page.getByText('Values', { exact: true });
    await expect(values).toHaveCount(2);
    for (const summary of await values.all()) await summary.click();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBe(0);
  }
});
