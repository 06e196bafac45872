import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@fdr/testing';
import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { makeJob } from '../../src/job.js';
import { withFlags } from '../../src/sweep/flags.js';
import { EMPTY_PLAN, parsePlan, readPlanFile } from '../../src/sweep/plan-file.js';
import { drawPoints } from '../../src/sweep/random.js';
import { configOf, settingOf, SETTING_NAMES } from '../../src/sweep/settings.js';
import { readSweep, storeSweep } from '../../src/sweep/stored-plan.js';
import { planSweep } from '../../src/sweep/sweep-plan.js';

const plan = (text: string) => planSweep(parsePlan(text, 'plan.yaml'));
const values = (text: string, name: string) => plan(text).jobs.map(({ config }) => settingOf(config, name));

describe('the plan of a sweep', () => {
  it('has every combination of a grid, a list and random points, but for what is excluded', () => {
    const { jobs, varied } = plan(`
      base: { epochs: 2, optimizer: sgd }
      grid: { seed: 1..3, learningRate: [0.1, 0.05] }
      list: [{ momentum: 0, batchSize: 100 }, { momentum: 0.9, batchSize: 50 }]
      random: { count: 2, settings: { weightDecay: { logUniform: [0.001, 0.1] } } }
      exclude: [{ seed: [2, 3], learningRate: 0.05 }, { seed: 1..2, momentum: 0.9 }]
    `);
    expect(varied).toEqual(['seed', 'learningRate', 'momentum', 'batchSize', 'weightDecay']);
    // 3 x 2 x 2 x 2 = 24, less 2 x 1 x 2 x 2 = 8 of the first exclusion, less what only the second one hits: 1 x 2 x 1 x 2 + 1 x 1 x 1 x 2 = 6.
    expect(jobs).toHaveLength(10);
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(10);
    for (const { config } of jobs) {
      expect(config).toMatchObject({
        epochs: 2,
        threads: 1,
        batchSize: settingOf(config, 'momentum') === 0.9 ? 50 : 100,
      });
      expect(config.seed > 1 && config.learningRate === 0.05).toBe(false);
      expect(config.seed < 3 && settingOf(config, 'momentum') === 0.9).toBe(false);
    }
  });

  it('gives a job the key of its configuration, whatever the plan that it stands in', () => {
    const [job] = plan('base: { learningRate: 0.05, seed: 3 }').jobs;
    expect(job?.key).toBe(makeJob('', { ...DEFAULT_CONFIG, learningRate: 0.05, seed: 3 }).key);
    expect(plan('grid: { seed: [3, 4], learningRate: [0.05] }').jobs[0]?.key).toBe(job?.key);
  });

  it('chains stages, each from the end of the one before; stages that are alike are one job', () => {
    const { jobs } = plan(`
      grid: { seed: [1, 2] }
      stages: [{ seed: 1, epochs: 5 }, { learningRate: 0.05 }, { learningRate: 0.01 }]
    `);
    // The first stage is the same at both seeds.
    expect(jobs.map(({ config: { seed, learningRate } }) => [seed, learningRate])).toEqual([
      [1, 0.1],
      [1, 0.05],
      [1, 0.01],
      [2, 0.05],
      [2, 0.01],
    ]);
    const [initial, first, second, other] = jobs;
    expect([initial, first, second, other].map((job) => job?.parent)).toEqual([
      undefined,
      initial?.key,
      first?.key,
      initial?.key,
    ]);
  });

  it('draws random points from their distributions, the same for the same seed, the first ones however many follow', () => {
    const settings = {
      weightDecay: { uniform: [1, 3] },
      learningRate: { logUniform: [1e-4, 1] },
      batchSize: { integers: [1, 3] },
      sampling: { choice: ['shuffle', 'replacement'] },
    } as const;
    const draw = (count: number, seed: number) =>
      drawPoints({ count, seed, settings: structuredClone(settings) as never });
    const points = draw(4000, 1);
    expect(draw(10, 1)).toEqual(points.slice(0, 10));
    expect(draw(10, 2)).not.toEqual(points.slice(0, 10));
    const mean = (of: (point: (typeof points)[number]) => number) =>
      points.reduce((sum, point) => sum + of(point), 0) / points.length;
    // Uniform on [a, b]: mean (a + b) / 2 and deviation (b - a) / sqrt(12); 4 deviations of the mean of 4000.
    expect(Math.abs(mean(({ weightDecay }) => Number(weightDecay)) - 2)).toBeLessThan((4 * 2) / Math.sqrt(12 * 4000));
    expect(Math.abs(mean(({ learningRate }) => Math.log10(Number(learningRate))) + 2)).toBeLessThan(
      (4 * 4) / Math.sqrt(12 * 4000),
    );
    for (const size of [1, 2, 3]) expect(mean(({ batchSize }) => Number(batchSize === size))).toBeCloseTo(1 / 3, 1);
    expect(mean(({ sampling }) => Number(sampling === 'shuffle'))).toBeCloseTo(1 / 2, 1);
  });

  it('takes several values of a flag as an axis and one as a setting, and flags before the file', () => {
    const file = parsePlan('{ base: { epochs: 5 }, grid: { seed: 1..9, learningRate: [0.1, 0.2] } }', 'plan.yaml');
    const merged = withFlags(file, {
      seed: '2',
      epochs: '1,2',
      learningRate: '0.3',
      observables: 'noiseTrace,startDistance',
    });
    expect([merged.base, merged.grid]).toEqual([
      { seed: 2, learningRate: 0.3, observables: ['noiseTrace', 'startDistance'] },
      { epochs: [1, 2] },
    ]);
    expect(planSweep(merged).jobs.map(({ config }) => config.observables)).toEqual([
      ['noiseTrace', 'startDistance'],
      ['noiseTrace', 'startDistance'],
    ]);
  });

  it('reads numbers, words and switches as what they are', () => {
    expect(values('grid: { seed: "1..2", schedule: [constant, cosine] }', 'schedule')).toEqual([
      'constant',
      'cosine',
      'constant',
      'cosine',
    ]);
    expect(planSweep(withFlags(EMPTY_PLAN, { descent: 'true', learningRate: '1e-3' })).jobs[0]?.config).toMatchObject({
      descent: true,
      learningRate: 0.001,
    });
    for (const name of SETTING_NAMES) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
  });

  it.each([
    ['grid: { sede: [1] }', 'sede=1: there is no setting "sede"; there are model, dataset,'],
    ['grid: { learningRate: [0.1, -1] }', 'learningRate=-1: learningRate: Too small'],
    [
      'base: { optimizer: adam, momentum: 0.9 }',
      'momentum is an option of optimizer sgd; it would do nothing with adam',
    ],
    ['base: { optimizer: adamm }', 'optimizer must be one of sgd, adam,'],
    ['grdi: {}', 'plan.yaml: Unrecognized key: "grdi"'],
    ['grid: { seed: [1, 2', 'plan.yaml: Flow sequence'],
    ['grid: { seed: 5..1 }', 'seed: a range must have 1 to 100000 values, as 1..16 has 16; found 5..1'],
    ['grid: { seed: [1] }\nlist: [{ seed: 2 }]', 'seed stands twice in grid, list and random; once is enough'],
    ['grid: { seed: 1..1000, epochs: 1..1000 }', 'expected at most 100000 points, found 1000000'],
    ['grid: { seed: [1] }\nexclude: [{ seed: 2 }]', 'exclude 1 leaves nothing out: {"seed":2}'],
    ['grid: { seed: [1] }\nexclude: [{ seed: 1 }]', 'the plan has no job: everything is excluded'],
    [
      'random: { count: 1, settings: { learningRate: { uniform: [2, 1] } } }',
      'plan.yaml: random.settings.learningRate',
    ],
    ['slurm: { partition: gpu }', 'plan.yaml: slurm: Unrecognized key: "partition"'],
    ['stages: [{}, { start: x }]', 'stage 2: start: a stage after the first starts from the one before it'],
  ])('refuses %j in one line', (text, message) => {
    let found = '';
    try {
      plan(text);
    } catch (error) {
      found = error instanceof Error ? `${error.name}: ${error.message}` : '';
    }
    expect(found.startsWith(`ExperimentError: ${message}`), found).toBe(true);
    expect(found).not.toContain('\n');
  });

  it('is written once, and another one in its folder is refused with the difference', async () => {
    const out = join(await temporaryFolder(), 'sweep');
    await expect(readSweep(out)).rejects.toThrow('holds no sweep; make one with: fdr sweep plan.yaml --out');
    const first = plan('grid: { seed: [1, 2], learningRate: [0.1, 0.05] }');
    await storeSweep(out, first);
    // The same jobs, in whatever order and on however many threads.
    await storeSweep(out, plan('{ base: { threads: 2 }, grid: { learningRate: [0.05, 0.1], seed: [1, 2] } }'));
    expect(await readSweep(out)).toEqual({ varied: first.varied, jobs: first.jobs });
    await expect(storeSweep(out, plan('grid: { seed: [1, 3], learningRate: [0.1] }'))).rejects.toThrow(
      /holds another plan: 1 jobs are new \(seed=3 learningRate=0.1\), 3 are gone \(seed=1 learningRate=0.05; .*\); go back to the plan/,
    );
    expect((await readSweep(out)).jobs).toHaveLength(4);
    await writeFile(join(out, 'jobs.jsonl'), '{"kind":"run"}\n');
    await expect(readSweep(out)).rejects.toThrow(/jobs.jsonl, line 1: key/);
  });

  it('names a file that can not be read', async () => {
    await expect(readPlanFile('/nowhere/plan.yaml')).rejects.toThrow(
      '/nowhere/plan.yaml: expected a plan in YAML, found ENOENT',
    );
  });

  it('resolves paths, so that they mean the same in every process', () => {
    expect(configOf({ dataset: 'data/mnist', start: 'a.safetensors' })).toMatchObject({
      dataset: join(process.cwd(), 'data/mnist'),
      start: join(process.cwd(), 'a.safetensors'),
    });
    expect(configOf({ dataset: 'mnist' }).dataset).toBe('mnist');
  });
});
