import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { connection, RUN_FIGURES, figure } from '../src/run-page.js';
import { dashboardUrl, expect, removeExpectedErrors, SHORT_TRAINING, test } from './fixtures.js';

const MALICIOUS = `<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>{{constructor.constructor('window.hacked=true')()}}\u202e`;
/** The same without the character that would turn the text after it around. */
const SHOWN = MALICIOUS.slice(0, -1);

test('the list of runs shows stored runs, the newest first, and leads to their pages', async ({ start, run, page }) => {
  expect(await run(`${SHORT_TRAINING} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT_TRAINING} --name second --learning-rate 0.05`)).toMatchObject({ exitCode: 0 });
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await expect(page).toHaveTitle('Runs – FDR');
  const rows = page.locator('tbody tr');
  await expect(rows.getByRole('link')).toHaveText(['second', 'first']);
  await expect(rows.first()).toContainText('finished');
  await expect(rows.first()).toContainText('2 / 2');
  await expect(rows.first()).toContainText('0.05');
  await page.getByRole('link', { name: 'first' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('first');
  await expect(connection(page)).toHaveText('Recorded');
  for (const title of RUN_FIGURES) await expect(figure(page, title)).toBeVisible();
  await expect(page.getByRole('group', { name: 'Control the run' })).toHaveCount(0);
  await page.goBack();
  await expect(rows).toHaveCount(2);
});

test('the open list of runs shows a run that begins, and its end', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await expect(page.getByText('No runs yet')).toBeVisible();
  const training = start(`${SHORT_TRAINING} --name arrived`);
  await expect(page.getByRole('link', { name: 'arrived' })).toBeVisible();
  await training.exited;
  await expect(page.locator('tbody tr')).toContainText('finished');
});

test('runs are found, sorted, named and removed, and what was removed comes back', async ({
  start,
  run,
  page,
  pageErrors,
  folder,
}) => {
  for (const [name, rate] of [
    ['first', 0.1],
    ['second', 0.05],
    ['third', 0.02],
  ] as const)
    await run(`${SHORT_TRAINING} --name ${name} --learning-rate ${rate}`);
  await page.goto(await dashboardUrl(start('serve --port 0')));
  const names = page.locator('tbody').getByRole('link');
  await expect(names).toHaveText(['third', 'second', 'first']);
  await page.getByRole('button', { name: 'Learning rate' }).click();
  await expect(page).toHaveURL(/sort=current-learning-rate/);
  await page.getByRole('searchbox', { name: 'Find' }).fill('learning-rate:>0.03');
  await expect(names).toHaveText(['second', 'first']);
  await expect(page.getByText('2 of 3 runs')).toBeVisible();
  await page.reload();
  await expect(names).toHaveText(['second', 'first']);

  await page.getByRole('button', { name: 'Edit second' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('the best');
  await page.getByRole('textbox', { name: 'Tags' }).fill('keep, good');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(names).toHaveText(['the best', 'first']);
  await expect(page.locator('tbody')).toContainText('keep');
  expect((await run('runs ls --filter tag:keep')).stdout).toContain('the best');

  await page.getByRole('button', { name: 'Delete first' }).click();
  await expect(names).toHaveText(['the best']);
  expect((await run('runs trash')).stdout).toMatch(/first/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(names).toHaveText(['the best', 'first']);
  await page.getByRole('searchbox', { name: 'Find' }).fill('colour:red');
  await expect(page.getByRole('alert')).toContainText('there is no field "colour"');
  removeExpectedErrors(pageErrors, /400/);
  expect(readdirSync(join(folder, 'runs')).filter((name) => !name.startsWith('.'))).toHaveLength(3);
});

test('the name and the messages of a run are shown as text, even if they hold markup', async ({
  start,
  run,
  page,
  folder,
}) => {
  expect(await run(SHORT_TRAINING)).toMatchObject({ exitCode: 0 });
  const { path, run: stored } = readOnlyRun(join(folder, 'runs'));
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...stored, name: MALICIOUS, tags: [MALICIOUS] }));
  const events = readFileSync(join(path, 'events.jsonl'), 'utf8');
  const [first = ''] = events.split('\n');
  const recorded: object = JSON.parse(first);
  const warning = { ...recorded, type: 'warning', status: undefined, message: MALICIOUS };
  writeFileSync(join(path, 'events.jsonl'), `${events}${JSON.stringify(warning)}\n`);

  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(url);
  await expect(page.getByRole('rowheader').getByRole('link')).toHaveText(SHOWN);
  await page.getByRole('rowheader').getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(SHOWN);
  await expect(page).toHaveTitle(`${SHOWN} – FDR`);
  await expect(page.getByRole('region', { name: 'Events' })).toContainText(SHOWN);
  expect(await page.locator('body').innerText()).not.toContain('\u202e');
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
});

test('the security policy of the page blocks inline scripts and event handlers', async ({
  start,
  page,
  pageErrors,
}) => {
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hacked = true';
    document.body.append(script);
    const frame = document.createElement('div');
    frame.innerHTML = '<img src="x" onerror="window.hacked = true">';
    document.body.append(frame);
  });
  await expect.poll(() => pageErrors.length).toBeGreaterThanOrEqual(2);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  removeExpectedErrors(pageErrors, /Content Security Policy|404|Failed to load/);
});

test('the list of runs names a damaged folder and still shows the other runs', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT_TRAINING} --name whole`)).toMatchObject({ exitCode: 0 });
  mkdirSync(join(folder, 'runs', 'broken'));
  writeFileSync(join(folder, 'runs', 'broken', 'run.json'), '{"schemaVersion": 1, "id":');
  await page.goto(await dashboardUrl(start('serve --port 0')));
  await expect(page.getByRole('link', { name: 'whole' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Folders that could not be read' })).toContainText('broken');
});

test('the page of an unknown run or path tells so and leads back to the list', async ({ start, page, pageErrors }) => {
  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(`${url}runs/no-such-run`);
  await expect(connection(page)).toContainText('no-such-run');
  await page.getByRole('main').getByRole('link', { name: 'All runs' }).click();
  await expect(page).toHaveTitle('Runs – FDR');
  await page.goto(`${url}nowhere/at/all`);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  // The browser itself reports the answer 404.
  removeExpectedErrors(pageErrors, /404/);
});
