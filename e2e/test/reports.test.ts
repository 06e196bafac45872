import { join } from 'node:path';
import { epochRecord } from '@fdr/records';
import { readOnlyRun } from '../src/run-folder.js';
import { expect, SHORT_TRAINING, test } from './fixtures.js';

interface DoctorReport {
  readonly works: boolean;
  readonly auto: string;
  readonly backends: readonly {
    readonly backend: string;
    readonly works: boolean;
    readonly defect?: number;
    readonly detail: string;
  }[];
  readonly datasets: readonly { readonly dataset: string; readonly works: boolean }[];
  readonly machine: { readonly dashboard: boolean };
}

test('fdr doctor --json tells which backends and data sets work here', async ({ run }) => {
  const { exitCode, stdout } = await run('doctor --json');
  const report: DoctorReport = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ works: true, machine: { dashboard: true } });
  const backends = new Map(report.backends.map((check) => [check.backend, check]));
  for (const name of ['onnx', 'cpu']) {
    // The identity holds for every trajectory. The defect that is left is rounding.
    expect(backends.get(name)).toMatchObject({ works: true });
    expect(backends.get(name)?.defect).toBeLessThan(1e-4);
  }
  for (const { works, detail } of report.backends) if (!works) expect(detail).not.toBe('');
  expect(backends.get(report.auto)?.works).toBe(true);
  expect(report.datasets).toContainEqual(expect.objectContaining({ dataset: 'mnist', works: true }));
});

test('fdr runs ls and fdr runs show print a run as text and as JSON', async ({ run, folder }) => {
  expect(await run(`${SHORT_TRAINING} --name one`)).toMatchObject({ exitCode: 0 });
  const { run: stored, epochs } = readOnlyRun(join(folder, 'runs'));

  const listed = await run('runs ls --json');
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  const [line, rest] = listed.stdout.split('\n');
  expect(rest).toBe('');
  expect(JSON.parse(line ?? '')).toMatchObject({ type: 'run', id: stored.id, name: 'one', status: 'finished' });
  expect((await run('runs ls')).stdout).toMatch(new RegExp(`${stored.id}.*finished.*2/2`));

  for (const args of ['runs show', `runs show ${stored.id}`]) {
    const { exitCode, stdout } = await run(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(stored.id);
    expect(stdout).toMatch(/epoch +2 of 2, step 80/);
  }
  const shown: { run: { id: string }; epochs: unknown } = JSON.parse((await run('runs show --json')).stdout);
  expect(shown.run.id).toBe(stored.id);
  expect(epochRecord.array().parse(shown.epochs)).toEqual(epochs);
});

test('fdr train --json prints the run, every epoch and every event, one line each', async ({ run, folder }) => {
  const { exitCode, stdout, stderr } = await run(`${SHORT_TRAINING} --json`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): { type: string; epoch?: { lossHalf: number } } => JSON.parse(line));
  const { epochs, events } = readOnlyRun(join(folder, 'runs'));
  expect(lines[0]).toMatchObject({ type: 'run' });
  expect(lines.flatMap(({ epoch }) => epoch?.lossHalf ?? [])).toEqual(epochs.map(({ lossHalf }) => lossHalf));
  expect(lines.filter(({ type }) => type === 'event')).toHaveLength(events.length);
});

const TRAIN_FLAGS = [
  '--model',
  '--dataset',
  '--optimizer',
  '--learning-rate',
  '--momentum',
  '--dampening',
  '--weight-decay',
  '--batch-size',
  '--epochs',
  '--schedule',
  '--threshold',
  '--decay',
  '--balance',
  '--minimum-steps',
  '--passes',
  '--every-epochs',
  '--divisor',
  '--patience',
  '--factor',
  '--improvement',
  '--minimum-learning-rate',
  '--seed',
  '--backend',
  '--threads',
  '--start',
  '--observables',
  '--runs-dir',
  '--port',
  '--host',
  '--no-dashboard',
  '--json',
  '--checkpoint-every',
  '--config',
  '--name',
  '--tag',
  '--help',
];

test('fdr train --help lists every flag', async ({ run }) => {
  const help = await run('train --help');
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  const listed = [...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
  expect(listed).toEqual(expect.arrayContaining(TRAIN_FLAGS));
});

test('fdr without a command prints a help that lists every command, and fdr --version its version', async ({ run }) => {
  const help = await run('');
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  const listed = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command);
  expect(listed).toEqual([
    'train',
    'resume',
    'serve',
    'runs',
    'export',
    'replay',
    'reproduce',
    'sweep',
    'doctor',
    'complete',
    'help',
  ]);
  for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
