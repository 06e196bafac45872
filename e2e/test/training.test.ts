import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRecord } from '@fdr/records';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { expect, test } from './world.js';

test('a newcomer trains on MNIST by one command and finds everything recorded', async ({ run, folder }) => {
  const { exitCode, stdout, stderr } = await run('train --dataset mnist --epochs 2');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/dashboard: http:\/\/127\.0\.0\.1:\d+\/runs\//);
  expect(stdout).toContain('finished');

  const found = readOnlyRun(join(folder, 'runs'));
  expect(found.run).toMatchObject({ status: 'finished', stepsPerEpoch: 600, config: { seed: 1, learningRate: 0.1 } });
  expect(found.checkpoints).toEqual(['0.safetensors', '1200.safetensors']);
  expect(stepCount(found)).toBe(1200);
  expect(found.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 600],
    [2, 1200],
  ]);
  expect(found.events.map((event) => event.type === 'status' && event.status)).toEqual(['running', 'finished']);

  const [first, second] = found.epochs;
  // The prototype, a different program, measured 33 after one epoch with this seed's protocol.
  expect(first?.ratio).toBeGreaterThan(28);
  expect(first?.ratio).toBeLessThan(38);
  expect(second?.testAccuracy).toBeGreaterThan(0.93);
  expect(second?.testAccuracy).toBeLessThan(0.99);
  // The averages of the records against the steps themselves: floor(t/2) < t' <= t, t counted from 1.
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const half = (name: string) => mean(stepColumn(found, name).slice(600));
  expect(relative(second?.lossHalf, half('loss'))).toBeLessThan(1e-6);
  expect(relative(second?.ratio, half('oL') / half('oR'))).toBeLessThan(1e-6);
});

test('the same command gives the same bits, on one thread and on two; another seed gives others', async ({
  run,
  folder,
}) => {
  const record = async (directory: string, flags: string) => {
    const words = `train --dataset synthetic --epochs 3 --momentum 0.5 --no-dashboard --runs-dir ${directory} ${flags}`;
    expect(await run(words)).toMatchObject({ exitCode: 0, stderr: '' });
    return readOnlyRun(join(folder, directory));
  };
  const first = await record('first', '--threads 2');
  expect(first.epochs).toHaveLength(3);
  for (const [index, threads] of [1, 2].entries()) {
    const again = await record(`again-${index}`, `--threads ${threads}`);
    expect(again.steps.equals(first.steps)).toBe(true);
    expect(again.epochs.map(timeless)).toEqual(first.epochs.map(timeless));
  }
  const other = await record('other', '--threads 2 --seed 2');
  expect(other.steps.length).toBe(first.steps.length);
  expect(other.steps.equals(first.steps)).toBe(false);
});

test('a run fed back by --config is the same run', async ({ run, folder }) => {
  const words = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';
  expect(await run(`${words} --seed 7 --learning-rate 0.05 --runs-dir first`)).toMatchObject({ exitCode: 0 });
  const first = readOnlyRun(join(folder, 'first'));
  await rename(join(first.path, 'run.json'), join(folder, 'copy.json'));
  expect(await run('train --config copy.json --no-dashboard --runs-dir second')).toMatchObject({ exitCode: 0 });
  const second = readOnlyRun(join(folder, 'second'));
  expect(second.run.config).toEqual(first.run.config);
  expect(second.steps.equals(first.steps)).toBe(true);
});

/** A record without its wall time. */
function timeless(record: EpochRecord): object {
  return { ...record, seconds: 0 };
}

function relative(value = NaN, expected = NaN): number {
  return Math.abs(value - expected) / Math.abs(expected);
}
