import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curvatureRecord } from '@fdr/experiments';
import { figureRecord, run as runSchema, type Run } from '@fdr/records';
import { expect, it } from 'vitest';
import { fdr, outcomeOf, printed, start, temporaryFolder } from './fdr.js';

const REPRODUCE = ['reproduce', 'fig2', '--model', 'mlp', '--scale', 'quick'];

async function storedRuns(folder: string): Promise<Run[]> {
  const runs = join(folder, 'results', 'runs');
  const texts = (await readdir(runs)).map((id) => readFile(join(runs, id, 'run.json'), 'utf8'));
  return (await Promise.all(texts)).map((text) => runSchema.parse(JSON.parse(text)));
}

it(
  'fdr reproduce goes on where it was killed or interrupted, and runs only what is missing',
  { timeout: 600_000 },
  async () => {
    const folder = await temporaryFolder();
    const killed = start(folder, ...REPRODUCE);
    const death = outcomeOf(killed);
    await printed(killed, 'done: mlp initial');
    killed.kill('SIGKILL');
    await death;

    const interrupted = start(folder, ...REPRODUCE);
    const interruption = outcomeOf(interrupted);
    await printed(interrupted, 'done: mlp seq 1 eta 0.05');
    interrupted.kill('SIGINT');
    expect(await interruption).toMatchObject({
      code: 130,
      errors: 'fdr: interrupted; the same command goes on with what is missing\n',
    });

    const { code, out, errors } = await fdr(folder, ...REPRODUCE);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toContain('4 of 4 jobs done');
    expect(out).not.toContain('done: mlp initial');
    const runs = await storedRuns(folder);
    const finished = runs.filter(({ status }) => status === 'finished').map(({ name }) => name);
    expect(new Set(finished)).toEqual(
      new Set(['initial', 'seq 1 eta 0.05', 'seq 1 eta 0.01', 'seq 1 eta 0.003'].map((name) => `mlp ${name}`)),
    );
    // The run that was interrupted has been resumed: no job was started twice.
    expect(runs).toHaveLength(4);
    // Each stage starts from the last parameters of the one before it.
    for (const run of runs.filter(({ name }) => name !== 'mlp initial'))
      expect(run.config.start).toMatch(/runs\/[^/]+\/checkpoints\/[1-9]\d*\.safetensors$/);

    const report = await readFile(join(folder, 'results', 'fig2a.md'), 'utf8');
    expect(report).toContain('fdr reproduce fig2 --model mlp --scale quick');
    expect(report).toMatch(/\| (holds|does not hold|undecided) \|\n/);
    const drawn = figureRecord.parse(JSON.parse(await readFile(join(folder, 'results', 'fig2a.json'), 'utf8')));
    expect(drawn.jobs).toEqual({ done: 4, planned: 4 });
    // Every verdict carries its scale, tolerance and intervals: in the figure's data and in the line that is printed.
    for (const { statement, verdict, scale, tolerance, measurements = [] } of drawn.claims) {
      expect(scale).toBe('quick');
      expect(tolerance).toBeDefined();
      expect(measurements.length).toBeGreaterThan(0);
      expect(out.split('\n').find((line) => line.includes(statement))).toContain(`${verdict} at scale quick`);
    }
    // A curve of each side of each of the three learning rates, and their ratios.
    expect(drawn.panels.map(({ chart }) => chart.traces.length)).toEqual([6, 3]);
    const points = await readFile(join(folder, 'results', 'fig2a-epochs.csv'), 'utf8');
    // A line for each epoch of each run, and the titles: 3 + 15 + 15 + 30 + 1.
    expect(points.trimEnd().split('\r\n')).toHaveLength(64);
    for (const name of ['fig2a.svg', 'fig2a.png', 'fig2a.csv', 'fig2a.html', 'fig2a.json'])
      expect((await readFile(join(folder, 'results', name))).length, name).toBeGreaterThan(1000);

    // Figure 3 of one sequence shares these runs: only the curvature estimate at the end of the last one is missing.
    const words = ['reproduce', 'fig3', '--model', 'mlp', '--scale', 'quick', '--seeds', '1'];
    const estimated = await fdr(folder, ...words);
    expect([estimated.code, estimated.errors]).toEqual([0, '']);
    expect(estimated.out.split('\n').filter((line) => line.startsWith('done: '))).toEqual(['done: mlp seq 1 estimate']);
    const curvatures = join(folder, 'results', 'curvatures');
    const [file = ''] = await readdir(curvatures);
    const record = curvatureRecord.parse(JSON.parse(await readFile(join(curvatures, file), 'utf8')));
    expect(record).toMatchObject({ learningRate: 0.003, points: 3, samples: 2, method: 'exact' });
    // Without momentum (29) is (FDR2). The weight decay alone contributes 0.1 Tr C to Tr(H C).
    expect(record.update).toEqual(record.trace);
    expect(record.trace.mean).toBeGreaterThan(0.1 * record.noiseTrace.mean);
    const crossChecked = await readFile(join(folder, 'results', 'fig3a.md'), 'utf8');
    expect(crossChecked).toContain('Cross-check by Hessian-vector products at η = 0.003, exact second derivatives');
    expect((await fdr(folder, ...words)).out).not.toContain('done:');
  },
);

it('fdr replay reports when a rule would have fired: a table, JSON, an image', { timeout: 600_000 }, async () => {
  const folder = await temporaryFolder();
  const data = '--dataset synthetic --weight-decay 0.2 --batch-size 20 --schedule constant --epochs 6'.split(' ');
  const trained = await fdr(folder, 'train', ...data, '--no-dashboard', '--json');
  const { run } = JSON.parse(trained.out.split('\n')[0] ?? '') as { run: Run };
  const rule = ['replay', run.id, '--threshold', '0.3', '--decay', '0.5'];
  const replayed = await fdr(folder, ...rule, '--json');
  const { observations, firings } = JSON.parse(replayed.out) as {
    observations: { epoch: number; ratio: number }[];
    firings: { epoch: number; step: number; exact: boolean }[];
  };
  const epochs = trained.out.split('\n').flatMap((line) => (line.includes('"epoch":{') ? [JSON.parse(line)] : [])) as {
    epoch: { epoch: number; ratio: number };
  }[];
  // Up to the first firing the rule observes what the training observed.
  const first = epochs.findIndex(({ epoch }) => Math.abs(epoch.ratio - 1) < 0.3);
  expect(first).toBeGreaterThanOrEqual(0);
  epochs
    .slice(0, first + 1)
    .forEach(({ epoch: { ratio } }, index) => expect(observations[index]?.ratio).toBeCloseTo(ratio, 9));
  expect(firings[0]).toMatchObject({ epoch: first + 1, step: 200 * (first + 1), exact: true });
  expect(firings.slice(1).every(({ exact }) => !exact)).toBe(true);

  const drawn = await fdr(folder, ...rule, '--out', 'images');
  expect(drawn.out).toContain(`it would have fired ${firings.length} times`);
  expect((await readdir(join(folder, 'images'))).sort()).toEqual(
    ['csv', 'png', 'svg'].map((extension) => `replay-${run.id}.${extension}`),
  );
});

it('fdr reproduce refuses unknown words before it makes a file', async () => {
  const folder = await temporaryFolder();
  for (const [words, message] of [
    [['fig6'], 'the figure must be one of fig1, fig2, fig3, fig4, fig5, figS1, figS2, all, not "fig6"'],
    [['fig1', '--sampling', 'x'], '--sampling must be one of shuffle, replacement, not "x"'],
    [
      ['fig1', '--scale', '2'],
      '--scale must be quick, relaxation, paper, or a number from 0 to 1 (0 excluded), not "2"',
    ],
    [['fig1', '--model', 'rnn'], '--model must be one of mlp, cnn, both, not "rnn"'],
    [['fig1', '--jobs', '0'], '--jobs must be an integer from 1 to 1024, not 0'],
    [['figS2', '--model', 'mlp'], 'figS2 is of the cnn alone'],
  ] as const) {
    const { code, out, errors } = await fdr(folder, 'reproduce', ...words);
    expect([code, out, errors]).toEqual([2, '', `fdr: ${message}\n`]);
  }
  expect(await readdir(folder)).toEqual([]);
});

it('fdr reproduce names a folder that it can not make', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'results'), '');
  expect(await fdr(folder, 'reproduce', 'fig2', '--model', 'mlp')).toEqual({
    code: 2,
    out: '',
    errors: expect.stringMatching(/^fdr: can't make the folder .*results.runs \((ENOTDIR|EEXIST|ENOENT)\)\n$/),
  });
});

it('fdr reproduce lists the jobs that failed and why, and exits with 1', async () => {
  // A backend whose library is not installed.
  const folder = await temporaryFolder();
  const { code, errors } = await fdr(folder, 'reproduce', 'fig2', '--model', 'mlp', '--backend', 'tensorflow');
  expect(code).toBe(1);
  expect(errors).toMatch(/fdr: 4 of the jobs failed\nJOB +WHY\nmlp initial +backend tensorflow: .*not installed/);
  expect(errors).toMatch(/\nmlp seq 1 eta 0.05 +"mlp initial", which it starts from, failed\n/);
});
