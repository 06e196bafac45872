import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityViolations, horizontalOverflow } from '../src/accessibility.js';
import { readRun } from '../src/run-folder.js';
import { downloadRows } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, removeExpectedErrors, SHORT_TRAINING, test } from './fixtures.js';

const PANELS = [
  'Learning rate',
  'Full-batch training loss',
  'Accuracy on the training images (solid) and the test images (dashed)',
  'Distance of O_L / O_R from 1',
];

/** Rows of the CSV file of the full-batch loss, by the run folders: name, epoch, loss and the loss that is drawn. */
function lossRows(runsDirectory: string, names: readonly string[]): string[][] {
  return readdirSync(runsDirectory)
    .map((id) => readRun(join(runsDirectory, id)))
    .filter(({ run: { name } }) => names.includes(name))
    .flatMap(({ run: { name }, epochs }) =>
      epochs.map(({ epoch, trainLoss }) => [name, epoch, trainLoss, trainLoss].map(String)),
    );
}

test('runs chosen in the list by keyboard are compared side by side', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT_TRAINING} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT_TRAINING} --name second --learning-rate 0.05`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT_TRAINING} --name third`)).toMatchObject({ exitCode: 0 });
  await page.goto(await dashboardUrl(start('serve --port 0')));
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
  const differences = page.getByRole('region', { name: 'Table of differences' });
  await expect(differences.getByRole('columnheader')).toHaveText(['second', 'first']);
  await expect(differences.getByRole('row', { name: /^learning rate/ }).getByRole('cell')).toHaveText(['0.05', '0.1']);
  await expect(differences.getByRole('row', { name: /^verdict/ }).getByRole('cell')).toHaveText([
    /^Finished after 2 epochs/,
    /^Finished after 2 epochs/,
  ]);
  const loss = page.getByRole('region', { name: 'Full-batch training loss', exact: true });
  const rows = await downloadRows(page, loss.getByRole('button', { name: /as CSV/ }));
  const recorded = lossRows(join(folder, 'runs'), ['first', 'second']);
  expect(recorded).toHaveLength(4);
  expect(rows.toSorted()).toEqual(recorded.toSorted());

  // The URL holds the choice, so the way back leads to the same choice.
  await page.getByRole('link', { name: 'Choose other runs' }).click();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await page.getByRole('checkbox', { name: 'Compare second' }).uncheck();
  await expect(page.getByText('Select 2 to 8 runs')).toBeVisible();
});

test('at most eight runs can be chosen for a comparison', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT_TRAINING} --name original`)).toMatchObject({ exitCode: 0 });
  const runs = join(folder, 'runs');
  const [id = ''] = readdirSync(runs);
  const { run: original } = readRun(join(runs, id));
  const copies = Array.from({ length: 9 }, (_, index) => `copy-${index + 1}`);
  for (const copy of copies) {
    mkdirSync(join(runs, copy));
    writeFileSync(join(runs, copy, 'run.json'), JSON.stringify({ ...original, id: copy, name: copy }));
  }
  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(`${url}?${copies.map((copy) => `run=${copy}`).join('&')}`);
  await expect(page.getByRole('link', { name: 'Compare 8 runs' })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Compare copy-9' })).toBeDisabled();
  await page.getByRole('checkbox', { name: 'Compare copy-1' }).uncheck();
  await page.getByRole('checkbox', { name: 'Compare copy-9' }).check();
  await expect(page.getByRole('link', { name: 'Compare 8 runs' })).toBeVisible();
});

test('a comparison shows new epochs of a live run, and names a run that is missing', async ({
  start,
  page,
  pageErrors,
}) => {
  const { origin, pathname } = new URL(await dashboardUrl(start(ENDLESS_TRAINING)));
  const id = pathname.split('/').at(-1);
  await page.goto(`${origin}/compare?run=${id}&run=gone&run=..%2F..%2Fetc`);
  await expect(page.getByRole('alert')).toHaveText('Run gone could not be fetched: there is no run "gone"');
  const epochs = page.getByRole('row').nth(1).getByRole('cell').nth(1);
  await expect(epochs).toHaveText(/^\d+ \/ 100000$/);
  const first = Number.parseInt(await epochs.innerText());
  await expect.poll(async () => Number.parseInt(await epochs.innerText())).toBeGreaterThan(first);
  // The browser itself reports the answer 404.
  removeExpectedErrors(pageErrors, /404/);
});

test('the comparison has no serious accessibility violation and fits 360 pixels', async ({ start, run, page }) => {
  expect(await run(`${SHORT_TRAINING} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT_TRAINING} --name second`)).toMatchObject({ exitCode: 0 });
  const url = await dashboardUrl(start('serve --port 0'));
  await page.setViewportSize({ width: 360, height: 740 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    for (const name of ['first', 'second']) await page.getByRole('checkbox', { name: `Compare ${name}` }).check();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBe(0);
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    const values = page.getByText('Values', { exact: true });
    await expect(values).toHaveCount(PANELS.length);
    for (const summary of await values.all()) await summary.click();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBe(0);
  }
});
