import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => {
  vi.restoreAllMocks();
});

const folder = fileURLToPath(new URL('./', import.meta.url));

/** Runs the block of the README that follows a heading. @returns what it prints */
async function printed(heading: string): Promise<unknown[][]> {
  const text = await readFile(join(folder, '../README.md'), 'utf8');
  const [, code] = /```ts\n(.*?)```/s.exec(text.slice(text.indexOf(`\n## ${heading}`))) ?? [];
  // Beside this file, where the packages are found.
  const directory = await mkdtemp(join(folder, 'readme-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'block.ts');
  await writeFile(file, code ?? '');
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(/* @vite-ignore */ pathToFileURL(file).href);
  return log.mock.calls;
}

it('the three lines of README.md record the rate and the ratio of ten epochs', async () => {
  const [[rates, ratios] = []] = await printed('In three lines');
  expect(rates).toHaveLength(10);
  expect((rates as number[])[0]).toBe(0.05);
  expect((ratios as number[]).every(Number.isFinite)).toBe(true);
});

it('the loop of README.md judges its relation', async () => {
  const [[ratio, interval, verdict] = []] = await printed('In your own loop');
  expect(interval).toMatchObject({ mean: ratio });
  expect(['holds', 'does not hold', 'undecided']).toContain(verdict);
});

it('the own loss of README.md is minimized', async () => {
  const losses = (await printed('Training with `train()`')).map(([loss]) => loss as number);
  expect(losses).toHaveLength(5);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
});
