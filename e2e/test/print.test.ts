import { join } from 'node:path';
import { horizontalOverflow } from '../src/accessibility.js';
import { readOnlyRun } from '../src/run-folder.js';
import { expectPainted, figure, RUN_FIGURES } from '../src/run-page.js';
import { dashboardUrl, expect, SHORT_TRAINING, test } from './fixtures.js';

test('on paper every chart is drawn, also one that was never in sight, and none is wider than the page', async ({
  run,
  start,
  page,
  folder,
}) => {
  await run(SHORT_TRAINING);
  const { id } = readOnlyRun(join(folder, 'runs')).run;
  await page.goto(new URL(`/runs/${id}`, await dashboardUrl(start('serve --port 0'))).href);
  await expect(figure(page, 'Ratio per layer')).toBeAttached();
  await page.emulateMedia({ media: 'print' });
  // A4 at 96 dots an inch, less margins. The charts were made for a wider window.
  await page.setViewportSize({ width: 718, height: 1000 });
  for (const title of RUN_FIGURES) await expectPainted(figure(page, title));
  expect(await horizontalOverflow(page)).toBe(0);
  for (const title of RUN_FIGURES) {
    const card = await figure(page, title).boundingBox();
    const canvas = await figure(page, title).locator('canvas').first().boundingBox();
    expect(canvas?.width).toBeLessThanOrEqual(card?.width ?? NaN);
    expect(canvas?.height).toBeGreaterThan(100);
  }
  await expect(page.getByRole('button')).toHaveCount(0);
});
