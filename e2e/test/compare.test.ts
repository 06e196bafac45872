import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overhang, violations } from '../src/accessibility.js';
import { readRun } from '../src/run-folder.js';
import { ENDLESS, expect, pageOf, test } from './world.js';

const SHORT = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';
const PANELS = [
  'Learning rate',
  'Full-batch training loss',
  'Accuracy on the training images (solid) and the test images (dashed)',
  'Distance of O_L / O_R from 1',
];

test('runs chosen in the list, by keyboard, are seen side by side', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT} --name second --learning-rate 0.05`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT} --name third`)).toMatchObject({ exitCode: 0 });
  await page.goto(await pageOf(start('serve --port 0')));
  await expect(page.getByText('Select 2 to 8 runs')).toBeVisible();
  for (const name of ['second', 'first']) {
    await page.getByRole('checkbox', { name: `Compare ${name}` }).focus();
    await page.keyboard.press('Space');
    await expect(page.getByRole('checkbox', { name: `Compare ${name}` })).toBeChecked();
  }
  await page.getByRole('link', { name: 'Compare 2 runs' }).focus();
  await page.keyboard.press('Enter');

  await expect(page).toHaveTitle('Compare – FDR');
  await expect(page).toHaveURL(/\/compare\?run=[^&]*second[^&]*&run=[^&]*first[^&]*$/);
  await expect(page.getByRole('rowheader').getByRole('link')).toHaveText(['second', 'first']);
  for (const title of PANELS) {
    const panel = page.getByRole('region', { name: title, exact: true });
    await expect(panel.getByRole('img')).toHaveAccessibleName(/second.*first/);
  }
  // The values are those of the runs' own files.
  const loss = page.getByRole('region', { name: 'Full-batch training loss', exact: true });
  const saving = page.waitForEvent('download');
  await loss.getByRole('button', { name: /as CSV/ }).click();
  const [, ...rows] = readFileSync(await (await saving).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  const runs = join(folder, 'runs');
  const stored = readdirSync(runs).map((id) => readRun(join(runs, id)));
  for (const {
    run: { name },
    epochs,
  } of stored.filter(({ run: { name } }) => name !== 'third'))
    for (const { epoch, trainLoss } of epochs) expect(rows).toContain([name, epoch, trainLoss, trainLoss].join(','));
  expect(rows).toHaveLength(4);

  // The choice lives in the address: back, and there it is.
  await page.getByRole('link', { name: 'Choose other runs' }).click();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await page.getByRole('checkbox', { name: 'Compare second' }).uncheck();
  await expect(page.getByText('Select 2 to 8 runs')).toBeVisible();
});

test('no more can be chosen than colours tell apart', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT} --name original`)).toMatchObject({ exitCode: 0 });
  const runs = join(folder, 'runs');
  const [id = ''] = readdirSync(runs);
  const { run: original } = readRun(join(runs, id));
  const copies = Array.from({ length: 9 }, (_, index) => `copy-${index + 1}`);
  for (const copy of copies) {
    mkdirSync(join(runs, copy));
    writeFileSync(join(runs, copy, 'run.json'), JSON.stringify({ ...original, id: copy, name: copy }));
  }
  const address = await pageOf(start('serve --port 0'));
  await page.goto(`${address}?${copies.map((copy) => `run=${copy}`).join('&')}`);
  await expect(page.getByRole('link', { name: 'Compare 8 runs' })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Compare copy-9' })).toBeDisabled();
  await page.getByRole('checkbox', { name: 'Compare copy-1' }).uncheck();
  await page.getByRole('checkbox', { name: 'Compare copy-9' }).check();
  await expect(page.getByRole('link', { name: 'Compare 8 runs' })).toBeVisible();
});

test('a run under way grows in the comparison, and one that is missing is named', async ({
  start,
  page,
  complaints,
}) => {
  const address = await pageOf(start(ENDLESS));
  const { origin, pathname } = new URL(address);
  const id = pathname.split('/').at(-1);
  await page.goto(`${origin}/compare?run=${id}&run=gone&run=..%2F..%2Fetc`);
  await expect(page.getByRole('alert')).toHaveText('Run gone could not be fetched: there is no run "gone"');
  const epochs = page.getByRole('row').nth(1).getByRole('cell').nth(1);
  await expect(epochs).toHaveText(/^\d+ \/ 100000$/);
  const before = Number.parseInt(await epochs.innerText());
  await expect.poll(async () => Number.parseInt(await epochs.innerText())).toBeGreaterThan(before);
  // The browser's own word on the answer 404.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  complaints.splice(0);
});

test('the comparison passes the accessibility rules, and fits 360 pixels', async ({ start, run, page }) => {
  expect(await run(`${SHORT} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT} --name second`)).toMatchObject({ exitCode: 0 });
  const address = await pageOf(start('serve --port 0'));
  await page.setViewportSize({ width: 360, height: 740 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(address);
    for (const name of ['first', 'second']) await page.getByRole('checkbox', { name: `Compare ${name}` }).check();
    expect(await violations(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    const values = page.getByText('Values', { exact: true });
    await expect(values).toHaveCount(PANELS.length);
    for (const one of await values.all()) await one.click();
    expect(await violations(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);
  }
});
