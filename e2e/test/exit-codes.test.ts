import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOnlyRun, stepColumn, stepCount } from '../src/run-folder.js';
import { ENDLESS, expect, test } from './world.js';

const MISTAKES: readonly (readonly [words: string, says: RegExp])[] = [
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

for (const [words, says] of MISTAKES) {
  test(`a mistake ends with 2 and makes nothing: fdr ${words}`, async ({ run, folder }) => {
    const { exitCode, stdout, stderr } = await run(words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^fdr: [^\n]+\n$/);
    expect(stderr).toMatch(says);
    expect(await readdir(folder)).toEqual([]);
  });
}

test('a directory for runs that can not be made is a mistake', async ({ run, folder }) => {
  await writeFile(join(folder, 'a-file'), '');
  const { exitCode, stderr } = await run('train --dataset synthetic --epochs 1 --no-dashboard --runs-dir a-file/runs');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^fdr: [^\n]*a-file[^\n]*\n$/);
});

test('a directory for runs that can not be written to is a mistake', async ({ run, folder }) => {
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
] as const;
for (const [signal, code] of SIGNALS) {
  test(`${signal} saves the run as stopped and ends with ${code}`, async ({ start, folder }) => {
    const training = start(ENDLESS);
    await training.says(/epoch 2/);
    training.kill(signal);
    expect(await training.ended).toMatchObject({ exitCode: code, stderr: '' });
    const found = readOnlyRun(join(folder, 'runs'));
    expect(found.run.status).toBe('stopped');
    expect(found.events.at(-1)).toMatchObject({ type: 'status', status: 'stopped' });
    // The last checkpoint and the last row are of the same step: nothing recorded was lost.
    const steps = stepCount(found);
    expect(found.checkpoints).toEqual(['0.safetensors', `${steps}.safetensors`]);
    expect(found.events.at(-1)?.step).toBe(steps);
    expect(found.epochs).toHaveLength(Math.floor(steps / found.run.stepsPerEpoch));
  });
}

test('a second SIGINT ends at once and tears no file', async ({ start, folder }) => {
  const training = start(ENDLESS);
  await training.says(/epoch 2/);
  training.kill('SIGINT');
  training.kill('SIGINT');
  const { exitCode, signal } = await training.ended;
  // Two at the same moment may arrive as one.
  expect([130, 'SIGINT']).toContain(exitCode ?? signal);
  const found = readOnlyRun(join(folder, 'runs'));
  expect(found.epochs.length).toBeGreaterThanOrEqual(1);
  expect(Number.isInteger(stepCount(found))).toBe(true);
});

test('a divergence ends with 1, and the record keeps what was seen', async ({ run, folder }) => {
  const { exitCode, stdout } = await run(
    'train --dataset synthetic --epochs 2 --threads 1 --learning-rate 1e9 --port 0',
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/diverged/);
  const found = readOnlyRun(join(folder, 'runs'));
  expect(found.run.status).toBe('diverged');
  expect(found.events.at(-1)).toMatchObject({ type: 'status', status: 'diverged' });
  expect(stepColumn(found, 'loss').some(Number.isNaN)).toBe(true);
  expect(found.events.some(({ type }) => type === 'learningRate')).toBe(false);
});

test('a reader that goes away does not end the training', async ({ start, folder }) => {
  const training = start('train --dataset synthetic --epochs 8 --threads 1 --port 0');
  await training.says(/\n/);
  training.stopReading();
  expect(await training.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readOnlyRun(join(folder, 'runs')).epochs).toHaveLength(8);
});

test('a log has neither colours nor lines drawn over', async ({ run }) => {
  const { stdout } = await run('train --dataset synthetic --epochs 3 --threads 1 --no-dashboard', {
    TERM: 'xterm-256color',
  });
  expect(stdout).toContain('epoch 3');
  expect(stdout).not.toContain('\r');
  expect(stdout).not.toContain('\u001b');
});
