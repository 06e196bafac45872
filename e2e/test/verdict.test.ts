import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { connection, keyNumber, statusPill } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, SHORT_TRAINING, test } from './fixtures.js';

test('the verdict on the page has the recorded numbers, and the words of fdr runs show', async ({
  run,
  start,
  page,
  folder,
}) => {
  const { stdout } = await run(`${SHORT_TRAINING} --epochs 12 --schedule constant`);
  const { run: stored, epochs } = readOnlyRun(join(folder, 'runs'));
  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(new URL(`/runs/${stored.id}`, url).href);
  const sentence = (await page.getByRole('region', { name: 'Verdict' }).locator('p').textContent()) ?? '';
  expect(stdout).toContain(sentence);
  expect((await run('runs show')).stdout).toContain(sentence);

  // 12 epochs of 40 steps, averaged over the later half.
  const [, ratio, error] = /O_L \/ O_R is ([\d.]+) ± ([\d.]+) over 240 steps/.exec(sentence) ?? [];
  const last = epochs.at(-1)!;
  const decimals = ratio?.split('.')[1]?.length ?? 0;
  expect(ratio).toBe((last.oLHalf / last.oRHalf).toFixed(decimals));
  expect(error).toBe((2 * (last.scatter ?? NaN)).toFixed(decimals));
  const [, name = '', layerRatio] = /([\w.]+), ([\d.]+) ± [\d.]+\.?$/.exec(sentence) ?? [];
  const layer = last.layers[name]!;
  expect(Number(layerRatio)).toBeCloseTo(layer.oLHalf / layer.oRHalf, layerRatio?.split('.')[1]?.length ?? 0);
});

test('a run whose trainer was killed is interrupted, never finished, and its command goes on with it', async ({
  start,
  run,
  page,
  folder,
}) => {
  const training = start(`${ENDLESS_TRAINING} --no-dashboard`);
  await training.waitForOutput(/epoch 2/);
  training.kill('SIGKILL');
  await training.exited;
  const { id } = readOnlyRun(join(folder, 'runs')).run;
  const server = start('serve --port 0');
  const url = await dashboardUrl(server);
  await page.goto(new URL(`/runs/${id}`, url).href);
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toHaveAttribute('data-state', 'interrupted');
  await expect(verdict).toContainText(/Interrupted after \d+ of 100,000 epochs: its process ended without saying so/);
  await expect(statusPill(page).first()).toHaveText('interrupted');
  await expect(connection(page)).not.toHaveText(/Complete/);
  const command = await page.locator('code').first().textContent();
  expect(command).toBe(`fdr resume ${id}`);
  expect((await run('runs show')).stdout).toContain('Interrupted after');
});

test('a diverged run is red on its page and among the runs', async ({ run, start, page }) => {
  await run(`${SHORT_TRAINING} --learning-rate 1e6`);
  const url = await dashboardUrl(start('serve --port 0'));
  await page.goto(url);
  await expect(page.getByRole('row').filter({ hasText: 'diverged' })).toHaveCount(1);
  await page.getByRole('rowheader').getByRole('link').click();
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toHaveAttribute('data-state', 'diverged');
  await expect(verdict).toHaveAttribute('data-tone', 'bad');
  await expect(verdict).toContainText(/^Verdict\s*Diverged at step \d+, after \d of 2 epochs/);
});

test('a rate set while paused shows at once, and the verdict stays in sight', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(`${ENDLESS_TRAINING} --schedule constant`)));
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(statusPill(page).first()).toHaveText('paused');
  const field = page.getByRole('textbox', { name: 'Learning rate' });
  await field.fill('0.03');
  await field.press('Enter');
  await expect(keyNumber(page, 'Learning rate').value).toHaveText('0.03');
  await expect(statusPill(page).first()).toHaveText('paused');
  await page.getByRole('region', { name: 'Events' }).scrollIntoViewIfNeeded();
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('region', { name: 'Events' }).locator('time').first()).toHaveText(/\d\d:\d\d:\d\d/);
});

test('the first Tab skips to the content', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await expect(connection(page)).toHaveText('Live');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
