import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureRecord } from '@fdr/records';
import { overhang, violations } from '../src/accessibility.js';
import { expect, pageOf, test } from './world.js';

const DRAW = 'reproduce fig1 --model mlp';
const MALICIOUS = `<img src=x onerror="window.hacked=true">{{constructor.constructor('window.hacked=true')()}}`;

/** What `fdr reproduce` has kept of a figure. */
const kept = (folder: string) =>
  figureRecord.parse(JSON.parse(readFileSync(join(folder, 'results', 'fig1a.json'), 'utf8')));

test('figures appear as they are drawn, with claims, panels and values', async ({ start, run, page, folder }) => {
  await page.goto(await pageOf(start('serve --port 0')));
  await page.getByRole('navigation').getByRole('link', { name: 'Figures' }).click();
  await expect(page).toHaveTitle('Figures – FDR');
  await expect(page.getByText('No figures yet')).toBeVisible();
  expect(await run(DRAW)).toMatchObject({ exitCode: 0 });

  const { title, claims, panels, command } = kept(folder);
  const link = page.getByRole('link', { name: title });
  await expect(link).toBeVisible();
  await expect(page.getByRole('main')).toContainText(claims[0]!.verdict);
  // By keyboard alone.
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(page.getByRole('region', { name: 'Claims of the paper' })).toContainText(claims[0]!.measured);
  await expect(page.getByText(command)).toBeVisible();
  for (const panel of panels) {
    const card = page.getByRole('region', { name: panel.title, exact: true });
    await expect(card.getByRole('img')).toHaveAccessibleName(
      new RegExp(panel.chart.traces[0]!.name.replace(/\W/g, '.')),
    );
    await card.getByText('Values', { exact: true }).click();
    for (const { name } of panel.chart.traces) await expect(card.getByRole('table')).toContainText(name);
    await expect(card.locator('canvas')).toBeVisible();
  }
  const [first] = panels;
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save the values of ${first!.title} as CSV` }).click();
  const saved = readFileSync(await (await saving).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  const points = first!.chart.traces.reduce((sum, { curve }) => sum + curve.x.length, 0);
  expect(saved).toHaveLength(1 + points);
});

test('a figure that is drawn again is shown again', async ({ start, run, page, folder }) => {
  expect(await run(DRAW)).toMatchObject({ exitCode: 0 });
  const address = await pageOf(start('serve --port 0'));
  await page.goto(`${address}figures/fig1a`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(kept(folder).title);
  const again = {
    ...kept(folder),
    title: MALICIOUS,
    drawnAt: '2030-01-01T00:00:00.000Z',
    jobs: { done: 1, planned: 2 },
  };
  writeFileSync(join(folder, 'results', 'fig1a.json'), JSON.stringify(again));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(MALICIOUS);
  await expect(page.getByText('1 of 2 jobs done')).toBeVisible();
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

test('a file that is no figure is named, and an unknown figure leads back', async ({
  start,
  run,
  page,
  folder,
  complaints,
}) => {
  expect(await run(DRAW)).toMatchObject({ exitCode: 0 });
  writeFileSync(join(folder, 'results', 'fig2a.json'), '{"schemaVersion": 2}');
  const address = await pageOf(start('serve --port 0 --results results'));
  await page.goto(`${address}figures`);
  await expect(page.getByRole('region', { name: 'Files that could not be read' })).toContainText('fig2a');
  await expect(page.getByRole('link', { name: /^Figure 1/ })).toBeVisible();
  await page.goto(`${address}figures/fig9`);
  await expect(page.getByRole('alert')).toContainText('there is no figure fig9');
  await page.getByRole('main').getByRole('link', { name: 'All figures' }).click();
  await expect(page).toHaveTitle('Figures – FDR');
  // The browser's own word on the answer 404.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  complaints.splice(0);
});

test('the pages of figures pass the accessibility rules, and fit 360 pixels', async ({ start, run, page }) => {
  expect(await run(DRAW)).toMatchObject({ exitCode: 0 });
  const address = await pageOf(start('serve --port 0'));
  await page.setViewportSize({ width: 360, height: 740 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${address}figures`);
    await expect(page.getByRole('link', { name: /^Figure 1/ })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);
    await page.goto(`${address}figures/fig1a`);
    const values = page.getByText('Values', { exact: true });
    await expect(values).toHaveCount(2);
    for (const one of await values.all()) await one.click();
    expect(await violations(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);
  }
});
