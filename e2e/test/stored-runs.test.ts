import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { connection, FIGURES, figure } from '../src/run-page.js';
import { expect, pageOf, test } from './world.js';

const SHORT = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';
const MALICIOUS = `<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>{{constructor.constructor('window.hacked=true')()}}\u202e`;

test('the list leads to every stored run, the newest first', async ({ start, run, page }) => {
  expect(await run(`${SHORT} --name first`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT} --name second --learning-rate 0.05`)).toMatchObject({ exitCode: 0 });
  await page.goto(await pageOf(start('serve --port 0')));
  await expect(page).toHaveTitle('Runs – FDR');
  const rows = page.locator('tbody tr');
  await expect(rows.getByRole('link')).toHaveText(['second', 'first']);
  await expect(rows.first()).toContainText('finished');
  await expect(rows.first()).toContainText('2 / 2');
  await expect(rows.first()).toContainText('0.05');
  await page.getByRole('link', { name: 'first' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('first');
  await expect(connection(page)).toHaveText('Recorded');
  for (const title of FIGURES) await expect(figure(page, title)).toBeVisible();
  await expect(page.getByRole('group', { name: 'Control the run' })).toHaveCount(0);
  await page.goBack();
  await expect(rows).toHaveCount(2);
});

test('a run that begins while somebody looks at the list appears in it', async ({ start, page }) => {
  await page.goto(await pageOf(start('serve --port 0')));
  await expect(page.getByText('No runs yet')).toBeVisible();
  const training = start(`${SHORT} --name arrived`);
  await expect(page.getByRole('link', { name: 'arrived' })).toBeVisible();
  await training.ended;
  await expect(page.locator('tbody tr')).toContainText('finished');
});

test('names, tags and messages are text, whatever they hold', async ({ start, run, page, folder }) => {
  expect(await run(SHORT)).toMatchObject({ exitCode: 0 });
  const { path, run: stored } = readOnlyRun(join(folder, 'runs'));
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...stored, name: MALICIOUS, tags: [MALICIOUS] }));
  const events = readFileSync(join(path, 'events.jsonl'), 'utf8');
  const [first = ''] = events.split('\n');
  const warning = { ...(JSON.parse(first) as object), type: 'warning', status: undefined, message: MALICIOUS };
  writeFileSync(join(path, 'events.jsonl'), `${events}${JSON.stringify(warning)}\n`);

  const address = await pageOf(start('serve --port 0'));
  await page.goto(address);
  await expect(page.getByRole('rowheader').getByRole('link')).toHaveText(MALICIOUS);
  await page.getByRole('rowheader').getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(MALICIOUS);
  await expect(page.getByRole('region', { name: 'Events' })).toContainText(MALICIOUS);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
});

test('the policy forbids what a foreign script would need', async ({ start, page, complaints }) => {
  await page.goto(await pageOf(start('serve --port 0')));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hacked = true';
    document.body.append(script);
    const frame = document.createElement('div');
    frame.innerHTML = '<img src="x" onerror="window.hacked = true">';
    document.body.append(frame);
  });
  await expect.poll(() => complaints.length).toBeGreaterThanOrEqual(2);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(complaints.filter((text) => !/Content Security Policy|404|Failed to load/.test(text))).toEqual([]);
  complaints.splice(0);
});

test('a damaged folder is named, and harms no other', async ({ start, run, page, folder }) => {
  expect(await run(`${SHORT} --name whole`)).toMatchObject({ exitCode: 0 });
  mkdirSync(join(folder, 'runs', 'broken'));
  writeFileSync(join(folder, 'runs', 'broken', 'run.json'), '{"schemaVersion": 1, "id":');
  await page.goto(await pageOf(start('serve --port 0')));
  await expect(page.getByRole('link', { name: 'whole' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Folders that could not be read' })).toContainText('broken');
});

test('an address that leads nowhere says so and leads back', async ({ start, page, complaints }) => {
  const address = await pageOf(start('serve --port 0'));
  await page.goto(`${address}runs/no-such-run`);
  await expect(connection(page)).toContainText('no-such-run');
  await page.getByRole('main').getByRole('link', { name: 'All runs' }).click();
  await expect(page).toHaveTitle('Runs – FDR');
  await page.goto(`${address}nowhere/at/all`);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  // The browser's own word on the answer 404.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  complaints.splice(0);
});
