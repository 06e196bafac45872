import { accessibilityViolations, horizontalOverflow } from '../src/accessibility.js';
import { dashboardUrl, expect, test } from './fixtures.js';

const PLAN = 'sweep --dataset synthetic --epochs 3 --schedule constant --seed 1,2 --learning-rate 0.1,1e9';

test('a sweep fills its matrix live, each cell leading to its run', async ({ start, page }) => {
  const sweep = start(PLAN);
  await sweep.waitForOutput(/0 of 4 jobs done/);
  await page.goto(await dashboardUrl(start('serve --sweep sweeps/sweep --port 0')));
  await page.getByRole('link', { name: 'Matrix of the sweep sweep' }).click();
  await expect(page).toHaveTitle('sweep – Sweep – FDR');

  const cells = page.getByRole('table').locator('tbody td');
  await expect(page.getByRole('status')).toHaveText('2 of 4 jobs done, 0 running, 0 waiting, 2 failed');
  await expect(cells).toHaveText(['done', 'done', 'failed', 'failed']);
  await expect(page.getByRole('rowheader')).toHaveText(['0.1', '1000000000']);
  expect((await sweep.exited).exitCode).toBe(1);
  expect(await accessibilityViolations(page)).toEqual([]);

  await page.getByLabel('Show').selectOption('test accuracy, last');
  await page.getByLabel('Columns').selectOption('one');
  await expect(page).toHaveURL(/show=testAccuracy.*columns=/);
  await expect(cells.first()).toHaveText(/^\d+\.\d\d %$/);
  await page.getByRole('combobox', { name: /^seed/ }).selectOption('2');
  await page.reload();
  await cells.first().getByRole('link').click();
  await expect(page.getByRole('main')).toContainText('seed 2');
  await page.goBack();
  await page.setViewportSize({ width: 360, height: 700 });
  await expect(cells.first()).toBeVisible();
  expect(await horizontalOverflow(page)).toBe(0);
});
