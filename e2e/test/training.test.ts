import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRecord } from '@fdr/records';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { expect, test } from './fixtures.js';

test('fdr train on MNIST records steps, epochs, events and checkpoints, with the expected ratio and accuracy', async ({
  run,
  folder,
}) => {
  const { exitCode, stdout, stderr } = await run('train --dataset mnist --epochs 2');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/dashboard: http:\/\/127\.0\.0\.1:\d+\/runs\//);
  expect(stdout).toContain('finished');

  const recorded = readOnlyRun(join(folder, 'runs'));
  expect(recorded.run).toMatchObject({
    status: 'finished',
    stepsPerEpoch: 600,
    config: { seed: 1, learningRate: 0.1 },
  });
  // The first and the last, which is the best too.
  expect(recorded.checkpoints).toEqual(['0.safetensors', '1200.safetensors']);
  expect(stepCount(recorded)).toBe(1200);
  expect(recorded.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 600],
    [2, 1200],
  ]);
  expect(recorded.events.map((event) => event.type === 'status' && event.status)).toEqual(['running', 'finished']);

  const [first, second] = recorded.epochs;
  // An independent implementation of the same protocol measured 33 after one epoch.
  expect(first?.ratio).toBeGreaterThan(28);
  expect(first?.ratio).toBeLessThan(38);
  expect(second?.testAccuracy).toBeGreaterThan(0.93);
  expect(second?.testAccuracy).toBeLessThan(0.99);
  expect(second?.testAccuracy).toBeGreaterThan(first?.testAccuracy ?? NaN);
  // The recorded averages are means over the steps t' with floor(t/2) < t' <= t, where t is counted from 1.
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const halfMean = (name: string) => mean(stepColumn(recorded, name).slice(600));
  expect(relativeError(second?.lossHalf, halfMean('loss'))).toBeLessThan(1e-6);
  expect(relativeError(second?.ratio, halfMean('oL') / halfMean('oR'))).toBeLessThan(1e-6);
});

test('fdr train records the same bits on one thread and on two, and others with another seed', async ({
  run,
  folder,
}) => {
  const record = async (directory: string, flags: string) => {
    const args = `train --dataset synthetic --epochs 3 --momentum 0.5 --no-dashboard --runs-dir ${directory} ${flags}`;
    expect(await run(args)).toMatchObject({ exitCode: 0, stderr: '' });
    return readOnlyRun(join(folder, directory));
  };
  const first = await record('first', '--threads 2');
  expect(first.epochs).toHaveLength(3);
  for (const [index, threads] of [1, 2].entries()) {
    const again = await record(`again-${index}`, `--threads ${threads}`);
    expect(again.steps.equals(first.steps)).toBe(true);
    expect(again.epochs.map(withoutTime)).toEqual(first.epochs.map(withoutTime));
  }
  const other = await record('other', '--threads 2 --seed 2');
  expect(other.steps.length).toBe(first.steps.length);
  expect(other.steps.equals(first.steps)).toBe(false);
});

test('fdr train --config with the run.json of a run repeats that run bit by bit', async ({ run, folder }) => {
  const args = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';
  expect(await run(`${args} --seed 7 --learning-rate 0.05 --runs-dir first`)).toMatchObject({ exitCode: 0 });
  const first = readOnlyRun(join(folder, 'first'));
  await rename(join(first.path, 'run.json'), join(folder, 'copy.json'));
  expect(await run('train --config copy.json --no-dashboard --runs-dir second')).toMatchObject({ exitCode: 0 });
  const second = readOnlyRun(join(folder, 'second'));
  expect(second.run.config).toEqual(first.run.config);
  expect(second.steps.equals(first.steps)).toBe(true);
});

/** A record without its wall time. */
function withoutTime(record: EpochRecord): object {
  return { ...record, seconds: 0 };
}

function relativeError(value = NaN, expected = NaN): number {
  return Math.abs(value - expected) / Math.abs(expected);
}
