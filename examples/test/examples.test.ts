import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRun } from '@fdr/run-store';
import { temporaryFolder } from '@fdr/testing';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleEpoch, sampleRun, sampleSteps } from '../../packages/run-store/test/sample.js';

const examples = fileURLToPath(new URL('../', import.meta.url));

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => {
  vi.restoreAllMocks();
});

/** What an example prints, one list of values a line. */
async function printed(load: () => Promise<unknown>): Promise<unknown[][]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await load();
  return log.mock.calls;
}

const lineOf = (lines: readonly unknown[][], first: string): unknown[] =>
  lines.find(([word]) => String(word).startsWith(first)) ?? [];

describe('the examples', () => {
  it('layers-model.ts lowers the rate by the rule, and records the ratio', async () => {
    const before = tf.memory().numTensors;
    const lines = await printed(() => import('../layers-model.js'));
    const [, ratio] = /^the ratio ([\d.]+) was within 0\.2 of 1/.exec(String(lineOf(lines, 'after epoch')[4])) ?? [];
    expect(Math.abs(Number(ratio) - 1)).toBeLessThan(0.2);
    expect(lineOf(lines, 'eta')[1]).toBeLessThan(0.05);
    const recorded = lineOf(lines, 'recorded')[1] as string[];
    expect(recorded.slice(0, 3)).toEqual(['loss', 'learningRate', 'ratio']);
    expect(recorded).toHaveLength(5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('own-loop.ts finds itself far from the stationary state, then in it', async () => {
    const before = tf.memory().numTensors;
    const [early, late] = await printed(() => import('../own-loop.js'));
    expect(early![1]).toBe('does not hold');
    expect(late![1]).toBe('holds');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('own-parts.ts trains by its own optimizer, schedule and observable', async () => {
    const lines = await printed(() => import('../own-parts.js'));
    expect(lines.slice(0, 5).map((line) => line[3])).toEqual([0.1, 0.05, 0.025, 0.0125, 0.00625]);
    // 20 steps of 0.1, then 20 of 0.05: the slope of 3 is reached in the second epoch, to a step.
    expect(Math.abs((lineOf(lines, 'slope')[1] as number) - 3)).toBeLessThan(0.0125);
  });

  it('second-relation.ts finds the curvature of the loss in the noise of its training', async () => {
    const lines = await printed(() => import('../second-relation.js'));
    const [, curvature, low, high] = lineOf(lines, 'curvature');
    // Among 64 examples the Hessian's eigenvalues lie between 0.6 and 1.6.
    expect(Number(curvature)).toBeGreaterThan(0.6);
    expect(Number(curvature)).toBeLessThan(1.7);
    expect(low).toBeLessThan(Number(curvature));
    expect(high).toBeGreaterThan(Number(curvature));
  });

  it('read-run.mjs and read_run.py read a run folder', async ({ skip }) => {
    const id = '20190506-143000-mnist-mlp-9f86d081';
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun(id));
    writer.appendSteps(sampleSteps(0, 8));
    for (const epoch of [1, 2]) writer.appendEpoch(sampleEpoch(epoch, { ratio: 1.5 * epoch }));
    writer.setStatus('finished');
    await writer.close();
    const expected = `${id} finished epochs 2 steps 8\nratio 3\nloss ${sampleSteps(0, 8).at(-3)}\n`;
    const folder = join(runs, id);
    expect(execFileSync(process.execPath, [join(examples, 'read-run.mjs'), folder], { encoding: 'utf8' })).toBe(
      expected,
    );
    const python = spawnSync('python3', [join(examples, 'read_run.py'), folder], { encoding: 'utf8' });
    if (python.error) skip('there is no python3');
    expect(python.stderr).toBe('');
    expect(python.stdout.replaceAll('.0\n', '\n')).toBe(expected);
  });

  it('have at most 60 lines each', () => {
    const files = readdirSync(examples).filter((name) => /\.(ts|mjs|py)$/.test(name) && name !== 'vitest.config.ts');
    expect(files).toHaveLength(6);
    for (const file of files)
      expect(readFileSync(join(examples, file), 'utf8').split('\n').length - 1, file).toBeLessThanOrEqual(60);
  });
});
