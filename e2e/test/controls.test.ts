import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { readOnlyRun, stepCount } from '../src/run-folder.js';
import { connection, keyNumber, statusPill, waitForEpochs } from '../src/run-page.js';
import { dashboardUrl, ENDLESS_TRAINING, expect, test } from './fixtures.js';

test('the buttons of the page pause, resume and stop a run', async ({ start, page, folder }) => {
  const training = start(ENDLESS_TRAINING);
  await page.goto(await dashboardUrl(training));
  const controls = page.getByRole('group', { name: 'Control the run' });
  const pill = statusPill(page);
  await training.waitForOutput(/epoch 2/);

  await controls.getByRole('button', { name: 'Pause' }).click();
  await expect(pill).toHaveText('paused');
  // The page may know of the pause before the file does.
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).run.status).toBe('paused');
  await controls.getByRole('button', { name: 'Resume' }).click();
  await expect(pill).toHaveText('running');

  await controls.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Continue training' }).click();
  await expect(pill).toHaveText('running');
  await controls.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop the run' }).click();
  expect(await training.exited).toMatchObject({ exitCode: 0 });

  const recorded = readOnlyRun(join(folder, 'runs'));
  expect(recorded.run.status).toBe('stopped');
  const [, paused, resumed, stopped] = recorded.events.filter((event) => event.type === 'status');
  expect([paused, resumed, stopped].map((event) => event?.status)).toEqual(['paused', 'running', 'stopped']);
  // No step was trained during the pause.
  expect(resumed?.step).toBe(paused?.step);
  expect(stopped?.step).toBeGreaterThan(resumed?.step ?? NaN);
  expect(stepCount(recorded)).toBe(stopped?.step);
});

test('a learning rate set on the page is used from then on', async ({ start, page, folder }) => {
  const training = start(`${ENDLESS_TRAINING} --schedule constant`);
  await page.goto(await dashboardUrl(training));
  const field = page.getByRole('textbox', { name: 'Learning rate' });
  await field.fill('-3');
  await expect(page.getByRole('alert')).toContainText('1e-12 to 1e12');
  await expect(page.getByRole('button', { name: 'Set', exact: true })).toBeDisabled();
  await field.fill('0.02');
  await field.press('Enter');
  await expect(keyNumber(page, 'Learning rate').value).toHaveText('0.02');
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('set by hand');
  const changes = () => readOnlyRun(join(folder, 'runs')).events.filter(({ type }) => type === 'learningRate');
  expect(changes()).toHaveLength(1);
  const changedAt = changes()[0]?.step ?? NaN;
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).epochs.at(-1)?.step ?? 0).toBeGreaterThan(changedAt + 80);
  training.kill('SIGINT');
  await training.exited;
  expect(changes()).toHaveLength(1);
  expect(changes()[0]).toMatchObject({ from: 0.1, to: 0.02, reason: { rule: 'command' } });
  expect(readOnlyRun(join(folder, 'runs')).epochs.at(-1)?.learningRate).toBe(0.02);
});

/** Presses Tab so many times, and returns the label or the text of what was focused each time. */
async function tabThrough(page: Page, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let presses = 0; presses < count; presses += 1) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(() => {
        const focused = document.activeElement;
        if (!(focused instanceof HTMLElement)) return '';
        return focused.getAttribute('aria-label') ?? `${focused.id} ${focused.innerText}`.trim();
      }),
    );
  }
  return names;
}

test('Tab reaches every control of a run', async ({ start, page }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await expect(connection(page)).toHaveText('Live');
  const expected = [
    'Runs',
    'Pause',
    'Stop…',
    'learning-rate',
    'First visible epoch',
    'Last visible epoch',
    'lin',
    'log',
    'Values',
  ];
  // Enough for the controls, the view and the first figure.
  expect(await tabThrough(page, 24)).toEqual(expect.arrayContaining(expected));
});

test('the keyboard pauses and resumes a run, and Escape answers no to stopping it', async ({ start, page, folder }) => {
  await page.goto(await dashboardUrl(start(ENDLESS_TRAINING)));
  await expect(connection(page)).toHaveText('Live');
  const pause = page.getByRole('button', { name: 'Pause' });
  await pause.focus();
  await page.keyboard.press('Enter');
  const resume = page.getByRole('button', { name: 'Resume' });
  await expect(resume).toBeVisible();
  await resume.focus();
  await page.keyboard.press('Space');
  await expect(pause).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  // The harmless answer has the focus.
  await expect(page.getByRole('button', { name: 'Continue training' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await waitForEpochs(page, 2);
  expect(readOnlyRun(join(folder, 'runs')).run.status).toBe('running');
});
