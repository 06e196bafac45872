import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run as runSchema } from '@fdr/records';
import { eventually } from '@fdr/testing';
import { expect, it } from 'vitest';
import { fdr, outcomeOf, printed, start, temporaryFolder } from './fdr.js';

const PLAN = `
base: { dataset: synthetic, schedule: constant, epochs: 6 }
grid: { learningRate: [0.1, 0.05] }
stages:
  - {}
  - { epochs: 3, seed: 7 }
`;

const read = (folder: string, name: string) => readFile(join(folder, 'sweeps', 'plan', name), 'utf8');

/** The process that is training a job at this moment. */
async function jobProcess(folder: string): Promise<number> {
  let pid = 0;
  await eventually(async () => {
    const runs = join(folder, 'sweeps', 'plan', 'runs');
    for (const id of await readdir(runs)) {
      const { status } = runSchema.parse(JSON.parse(await readFile(join(runs, id, 'run.json'), 'utf8')));
      const epochs = await readFile(join(runs, id, 'epochs.jsonl'), 'utf8');
      if (status !== 'running' || epochs === '') continue;
      pid = (JSON.parse(await readFile(join(runs, id, 'lock'), 'utf8')) as { pid: number }).pid;
    }
    expect(pid).toBeGreaterThan(0);
  });
  return pid;
}

it(
  'fdr sweep goes on after kill -9 of a job and of the driver, and its table is that of an undisturbed one bit for bit',
  { timeout: 600_000 },
  async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'plan.yaml'), PLAN);
    const jobKilled = start(folder, 'sweep', 'plan.yaml', '--jobs', '1');
    const outcome = outcomeOf(jobKilled);
    process.kill(await jobProcess(folder), 'SIGKILL');
    expect(await outcome).toMatchObject({
      code: 1,
      errors: expect.stringMatching(
        /fdr: 2 of the jobs failed\nJOB +WHY\n.*its process ended with SIGKILL\n.*which it starts from, failed\n/,
      ),
    });

    const driverKilled = start(folder, 'sweep', 'plan.yaml', '--jobs', '1');
    const death = outcomeOf(driverKilled);
    await printed(driverKilled, 'done: ');
    driverKilled.kill('SIGKILL');
    await death;

    const { code, out, errors } = await fdr(folder, 'sweep', 'plan.yaml');
    expect([code, errors]).toEqual([0, '']);
    expect(out).toContain('4 of 4 jobs done');
    expect((await fdr(folder, 'sweep', 'status', 'sweeps/plan')).out).toBe(
      '4 of 4 jobs done, 0 running, 0 waiting, 0 failed\n',
    );
    await fdr(folder, 'sweep', 'collect', 'sweeps/plan');
    const ids = await readdir(join(folder, 'sweeps', 'plan', 'runs'));
    expect(ids).toHaveLength(4);

    const quiet = await temporaryFolder();
    await writeFile(join(quiet, 'plan.yaml'), PLAN);
    const debugged = await fdr(quiet, 'sweep', 'plan.yaml', '--executor', 'debug');
    expect(debugged.code).toBe(0);
    await fdr(quiet, 'sweep', 'collect', 'sweeps/plan');
    expect(await read(folder, 'table.csv')).toBe(await read(quiet, 'table.csv'));
    expect(await read(folder, 'groups.csv')).toBe(await read(quiet, 'groups.csv'));
    const steps = (of: string, id: string) => readFile(join(of, 'sweeps', 'plan', 'runs', id, 'steps.f32'));
    for (const id of ids) expect((await steps(folder, id)).equals(await steps(quiet, id)), id).toBe(true);

    const log = await fdr(folder, 'sweep', 'logs', 'sweeps/plan', 'learningRate=0.05 stage 2');
    expect(log.out).toMatch(/^epoch 1 of 3, training loss .*\nepoch 2 of 3, .*\nepoch 3 of 3, .*\n$/);
  },
);

it(
  'fdr sweep remembers what failed of itself, until --retry-failed, and --fail-fast starts nothing more',
  { timeout: 600_000 },
  async () => {
    const folder = await temporaryFolder();
    const words = ['sweep', '--dataset', './nowhere', '--seed', '1..2', '--out', 's', '--jobs', '1'];
    const first = await fdr(folder, ...words, '--fail-fast');
    expect([first.code, first.out]).toEqual([1, expect.stringContaining('0 of 2 jobs done')]);
    expect(first.errors).toMatch(/^fdr: 1 of the jobs failed\nJOB +WHY\nseed=1 +\S*nowhere.*\n$/);
    const status = await fdr(folder, 'sweep', 'status', 's');
    expect(status.out).toBe('0 of 2 jobs done, 0 running, 1 waiting, 1 failed\n');
    const second = await fdr(folder, ...words);
    expect(second.errors).toContain('(failed before; --retry-failed tries it again)');
    expect((await fdr(folder, ...words, '--retry-failed')).errors).not.toContain('failed before');
    const cancelled = await fdr(folder, 'sweep', 'cancel', 's');
    expect(cancelled.out).toContain('asked to end: 0 processes');
  },
);

it('fdr sweep --dry-run prints the jobs and makes no file; mistakes are one line', async () => {
  const folder = await temporaryFolder();
  const dry = await fdr(folder, 'sweep', '--seed', '1..2', '--learning-rate', '0.1,0.05', '--dry-run');
  expect(dry.errors).toBe('');
  expect(dry.out).toMatch(
    /^JOB +RUN +STARTS FROM +ABOUT +MEMORY\n(?:learningRate=0.\d+ seed=\d +mlp-\w{16} +- +\d+:\d+ +350 MiB\n){4}4 jobs, /,
  );
  for (const [words, message] of [
    [[], 'a plan is missing: a YAML file, or flags like --seed 1..4 --learning-rate 0.1,0.05'],
    [['plan.yaml'], 'plan.yaml: expected a plan in YAML, found ENOENT'],
    [['--seed', '1', '--executor', 'pbs'], '--executor must be one of local, debug, slurm, not "pbs"'],
    [['--momentum', '0,1'], 'momentum=1: optimizer.momentum: Too big: expected number to be <1; found 1'],
    [
      ['status', 'nowhere'],
      `${folder}/nowhere holds no sweep; make one with: fdr sweep plan.yaml --out ${folder}/nowhere`,
    ],
  ] as const)
    expect(await fdr(folder, 'sweep', ...words)).toEqual({ code: 2, out: '', errors: `fdr: ${message}\n` });
  expect(await readdir(folder)).toEqual([]);
});
