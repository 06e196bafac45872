import { join } from 'node:path';
import { readOnlyRun } from '../src/run-folder.js';
import { expect, test } from './world.js';

const SHORT = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';

test('doctor says what works here', async ({ run }) => {
  const { exitCode, stdout } = await run('doctor --json');
  const findings = JSON.parse(stdout) as {
    works: boolean;
    auto: string;
    backends: { backend: string; works: boolean; defect?: number; detail: string }[];
    datasets: { dataset: string; works: boolean }[];
    machine: { dashboard: boolean };
  };
  expect(exitCode).toBe(0);
  expect(findings).toMatchObject({ works: true, machine: { dashboard: true } });
  const backends = new Map(findings.backends.map((check) => [check.backend, check]));
  for (const name of ['onnx', 'cpu']) {
    // The identity holds for every trajectory; what is left of it is rounding.
    expect(backends.get(name)).toMatchObject({ works: true });
    expect(backends.get(name)?.defect).toBeLessThan(1e-4);
  }
  for (const { works, detail } of findings.backends) if (!works) expect(detail).not.toBe('');
  expect(backends.get(findings.auto)?.works).toBe(true);
  expect(findings.datasets).toContainEqual(expect.objectContaining({ dataset: 'mnist', works: true }));
});

test('runs are listed and shown, for people and for machines', async ({ run, folder }) => {
  expect(await run(`${SHORT} --name one`)).toMatchObject({ exitCode: 0 });
  const { run: stored, epochs } = readOnlyRun(join(folder, 'runs'));

  const listed = await run('runs ls --json');
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  const [line, rest] = listed.stdout.split('\n');
  expect(rest).toBe('');
  expect(JSON.parse(line ?? '')).toMatchObject({
    type: 'run',
    run: { id: stored.id, name: 'one', status: 'finished' },
  });
  expect((await run('runs ls')).stdout).toMatch(new RegExp(`${stored.id}.*finished.*2/2`));

  for (const words of ['runs show', `runs show ${stored.id}`]) {
    const { exitCode, stdout } = await run(words);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(stored.id);
    expect(stdout).toMatch(/epoch +2 of 2, step 80/);
  }
  const shown = JSON.parse((await run('runs show --json')).stdout) as {
    run: { id: string };
    epochs: { ratio: number }[];
  };
  expect(shown.run.id).toBe(stored.id);
  expect(shown.epochs.map(({ ratio }) => ratio)).toEqual(epochs.map(({ ratio }) => ratio));
});

test('train --json says everything, a line each', async ({ run, folder }) => {
  const { exitCode, stdout, stderr } = await run(`${SHORT} --json`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; epoch?: { lossHalf: number } });
  const { epochs, events } = readOnlyRun(join(folder, 'runs'));
  expect(lines[0]).toMatchObject({ type: 'run' });
  expect(lines.flatMap(({ epoch }) => epoch?.lossHalf ?? [])).toEqual(epochs.map(({ lossHalf }) => lossHalf));
  expect(lines.filter(({ type }) => type === 'event')).toHaveLength(events.length);
});

test('help says every flag, and no command is one screen of help', async ({ run }) => {
  const help = await run('train --help');
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  for (const flag of [
    '--learning-rate',
    '--threshold',
    '--decay',
    '--runs-dir',
    '--port',
    '--config',
    '--no-dashboard',
  ]) {
    expect(help.stdout).toContain(flag);
  }
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
