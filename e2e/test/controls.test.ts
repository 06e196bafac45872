import { join } from 'node:path';
import { readOnlyRun, stepCount } from '../src/run-folder.js';
import { connection, keyNumber } from '../src/run-page.js';
import { ENDLESS, expect, pageOf, test } from './world.js';

test('pause, resume and stop from the page', async ({ start, page, folder }) => {
  const training = start(ENDLESS);
  await page.goto(await pageOf(training));
  const controls = page.getByRole('group', { name: 'Control the run' });
  const pill = page.locator('.pill');
  await training.says(/epoch 2/);

  await controls.getByRole('button', { name: 'Pause' }).click();
  await expect(pill).toHaveText('paused');
  // The files follow within a moment.
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).run.status).toBe('paused');
  await controls.getByRole('button', { name: 'Resume' }).click();
  await expect(pill).toHaveText('running');

  await controls.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Continue training' }).click();
  await expect(pill).toHaveText('running');
  await controls.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop the run' }).click();
  expect(await training.ended).toMatchObject({ exitCode: 0 });

  const found = readOnlyRun(join(folder, 'runs'));
  expect(found.run.status).toBe('stopped');
  const [, paused, resumed, stopped] = found.events.filter((event) => event.type === 'status');
  expect([paused, resumed, stopped].map((event) => event?.status)).toEqual(['paused', 'running', 'stopped']);
  // Not a step was done while it stood.
  expect(resumed?.step).toBe(paused?.step);
  expect(stopped?.step).toBeGreaterThan(resumed?.step ?? NaN);
  expect(stepCount(found)).toBe(stopped?.step);
});

test('a learning rate set from the page holds from then on', async ({ start, page, folder }) => {
  const training = start(`${ENDLESS} --schedule constant`);
  await page.goto(await pageOf(training));
  const field = page.getByRole('textbox', { name: 'Learning rate' });
  await field.fill('-3');
  await expect(page.getByRole('alert')).toContainText('1e-12 to 1e12');
  await expect(page.getByRole('button', { name: 'Set', exact: true })).toBeDisabled();
  await field.fill('0.02');
  await field.press('Enter');
  await expect(keyNumber(page, 'Learning rate').value).toHaveText('0.02');
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('set by hand');
  const { step: changedAt } = readOnlyRun(join(folder, 'runs')).events.find(({ type }) => type === 'learningRate')!;
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).epochs.at(-1)?.step ?? 0).toBeGreaterThan(changedAt + 80);
  training.kill('SIGINT');
  await training.ended;
  const { epochs, events } = readOnlyRun(join(folder, 'runs'));
  expect(events.find(({ type }) => type === 'learningRate')).toMatchObject({
    from: 0.1,
    to: 0.02,
    reason: { rule: 'command' },
  });
  expect(epochs.at(-1)?.learningRate).toBe(0.02);
});

test('the keyboard reaches every control and works it', async ({ start, page }) => {
  await page.goto(await pageOf(start(ENDLESS)));
  await expect(connection(page)).toHaveText('Live');
  const reached: string[] = [];
  // Enough for the controls, the view and the first figure.
  for (let count = 0; count < 24; count += 1) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement | null;
        return focused?.getAttribute('aria-label') ?? focused?.id.concat(' ', focused.innerText).trim() ?? '';
      }),
    );
  }
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
  expect(reached).toEqual(expect.arrayContaining(expected));

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
  // The harmless answer has the focus, and Escape is a no.
  await expect(page.getByRole('button', { name: 'Continue training' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});
