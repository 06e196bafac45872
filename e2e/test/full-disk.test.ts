import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOnlyRun, stepCount } from '../src/run-folder.js';
import { dashboardUrl, expect, test } from './fixtures.js';

/** Makes a file system of 16 MiB, enough for a few checkpoints. @returns false where this process may not */
function makeDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Leaves no byte free. */
async function fill(file: string): Promise<void> {
  for (let length = 65_536; length >= 1;) {
    try {
      await appendFile(file, Buffer.alloc(length));
    } catch {
      length = Math.floor(length / 2);
    }
  }
}

test('a page tells that the disk is full, the training goes on, and nothing is lost once there is room', async ({
  start,
  folder,
  page,
}) => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  test.skip(!makeDisk(disk), 'only root may make a disk that a test can fill');
  try {
    const training = start(
      'train --dataset synthetic --epochs 100000 --schedule constant --threads 1 --port 0 --runs-dir disk/runs',
    );
    await page.goto(await dashboardUrl(training));
    await training.waitForOutput(/epoch 2/);
    await fill(join(disk, 'filler'));
    const alert = page.getByRole('alert').filter({ hasText: 'The disk refuses what this run records (ENOSPC)' });
    await expect(alert).toBeVisible({ timeout: 60_000 });
    await rm(join(disk, 'filler'));
    await expect(alert).toBeHidden({ timeout: 60_000 });
    training.kill('SIGINT');
    expect(await training.exited).toMatchObject({ exitCode: 130 });
    const recorded = readOnlyRun(join(disk, 'runs'));
    expect(recorded.run.status).toBe('stopped');
    expect(recorded.events.at(-1)?.step).toBe(stepCount(recorded));
    expect(recorded.epochs.map(({ epoch }) => epoch)).toEqual(recorded.epochs.map((_, index) => index + 1));
    const warnings = recorded.events.filter(({ type }) => type === 'warning');
    expect(JSON.stringify(warnings)).toMatch(/can't write to .*ENOSPC.*works again/);
  } finally {
    execFileSync('umount', ['--lazy', disk], { stdio: 'ignore' });
  }
});
