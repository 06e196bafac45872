import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { ENDLESS_TRAINING, expect, test } from './fixtures.js';

const MISTAKES: readonly (readonly [args: string, message: RegExp])[] = [
  ['train --epoch-count 3', /--epoch-count/],
  ['train --epochs many', /--epochs.*"many"/],
  ['train --epochs 0', /--epochs.*from 1.*0/],
  ['train --learning-rate -1', /--learning-rate.*-1/],
  ['train --learning-rate 1e308', /--learning-rate.*1e308/],
  ['train --momentum 1', /--momentum.*1/],
  ['train --seed 1.5', /--seed.*integer.*1\.5/],
  ['train --schedule never', /--schedule.*equilibrium, step, constant.*never/],
  ['train --batch-size 100000 --dataset synthetic', /batch/i],
  ['train --dataset no-such-folder', /no-such-folder/],
  ['train --port 65536', /--port.*65536/],
  ['train --config no-such-file.json', /no-such-file\.json/],
  ['trian', /trian/],
  ['runs show no-such-run', /no-such-run/],
  ['serve --port nine', /--port.*nine/],
];

for (const [args, message] of MISTAKES) {
  test(`fdr ${args} prints one line, exits with 2 and creates no file`, async ({ run, folder }) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^fdr: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual([]);
  });
}

test('fdr train exits with 2 if its directory of runs can not be created', async ({ run, folder }) => {
  await writeFile(join(folder, 'a-file'), '');
  const { exitCode, stderr } = await run('train --dataset synthetic --epochs 1 --no-dashboard --runs-dir a-file/runs');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^fdr: [^\n]*a-file[^\n]*\n$/);
});

test('fdr train exits with 2 if its directory of runs is not writable', async ({ run, folder }) => {
  test.skip(process.getuid?.() === 0, 'to root every directory is writable');
  await mkdir(join(folder, 'closed'));
  await chmod(join(folder, 'closed'), 0o555);
  const { exitCode, stderr } = await run('train --dataset synthetic --epochs 1 --no-dashboard --runs-dir closed');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^fdr: [^\n]*closed[^\n]*\n$/);
});

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  // Batch systems announce their time limit by one of these; SIGUSR1 would open Node's debugger otherwise.
  ['SIGUSR1', 138],
  ['SIGUSR2', 140],
] as const;
for (const [signal, code] of SIGNALS) {
  test(`fdr train saves a stopped run at ${signal} and exits with ${code}`, async ({ start, folder }) => {
    const training = start(ENDLESS_TRAINING);
    await training.waitForOutput(/epoch 2/);
    training.kill(signal);
    expect(await training.exited).toMatchObject({ exitCode: code, stderr: '' });
    const recorded = readOnlyRun(join(folder, 'runs'));
    expect(recorded.run.status).toBe('stopped');
    expect(recorded.events.at(-1)).toMatchObject({ type: 'status', status: 'stopped' });
    // The last checkpoint and the last row are of the same step: nothing recorded was lost.
    const steps = stepCount(recorded);
    expect(recorded.checkpoints).toEqual(expect.arrayContaining(['0.safetensors', `${steps}.safetensors`]));
    // Besides them, the best one at most.
    expect(recorded.checkpoints.length).toBeLessThanOrEqual(3);
    expect(recorded.events.at(-1)?.step).toBe(steps);
    expect(recorded.epochs).toHaveLength(Math.floor(steps / recorded.run.stepsPerEpoch));
  });
}

test('fdr train without a terminal, as nohup starts it, goes on after SIGHUP', async ({ start, folder }) => {
  const training = start(ENDLESS_TRAINING);
  await training.waitForOutput(/epoch 1/);
  training.kill('SIGHUP');
  const before = readOnlyRun(join(folder, 'runs')).epochs.length;
  await expect.poll(() => readOnlyRun(join(folder, 'runs')).epochs.length, { timeout: 60_000 }).toBeGreaterThan(before);
  training.kill('SIGTERM');
  expect(await training.exited).toMatchObject({ exitCode: 143 });
});

test('fdr train ends at once at a second signal and leaves no torn file', async ({ start, folder }) => {
  const training = start(ENDLESS_TRAINING);
  await training.waitForOutput(/epoch 2/);
  // Two equal signals at the same moment could be merged; two different ones cannot. After one alone the process would exit with a code;
  // whichever of the two is handled last ends it by itself.
  training.kill('SIGINT');
  training.kill('SIGTERM');
  const { exitCode, signal } = await training.exited;
  expect(exitCode).toBeNull();
  expect(['SIGINT', 'SIGTERM']).toContain(signal);
  const recorded = readOnlyRun(join(folder, 'runs'));
  expect(recorded.epochs.length).toBeGreaterThanOrEqual(1);
  expect(Number.isInteger(stepCount(recorded))).toBe(true);
});

test('fdr train exits with 1 if the loss diverges, and the record keeps its steps', async ({ run, folder }) => {
  const { exitCode, stdout } = await run(
    'train --dataset synthetic --epochs 2 --threads 1 --learning-rate 1e9 --port 0',
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/diverged/);
  const recorded = readOnlyRun(join(folder, 'runs'));
  expect(recorded.run.status).toBe('diverged');
  expect(recorded.events.at(-1)).toMatchObject({ type: 'status', status: 'diverged' });
  expect(stepColumn(recorded, 'loss').some(Number.isNaN)).toBe(true);
  expect(recorded.events.some(({ type }) => type === 'learningRate')).toBe(false);
});

test('fdr train goes on if the reader of its output goes away', async ({ start, folder }) => {
  const training = start('train --dataset synthetic --epochs 8 --threads 1 --port 0');
  await training.waitForOutput(/\n/);
  training.closeStdout();
  expect(await training.exited).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readOnlyRun(join(folder, 'runs')).epochs).toHaveLength(8);
});

test('fdr train prints no escape sequence and no carriage return into a pipe', async ({ run }) => {
  const { stdout } = await run('train --dataset synthetic --epochs 3 --threads 1 --no-dashboard', {
    TERM: 'xterm-256color',
  });
  expect(stdout).toContain('epoch 3');
  expect(stdout).not.toContain('\r');
  expect(stdout).not.toContain('\u001b');
});
