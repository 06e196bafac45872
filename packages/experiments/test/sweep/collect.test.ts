import { join } from 'node:path';
import { temporaryFolder } from '@fdr/testing';
import { readFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { recordFailure } from '../../src/failure-file.js';
import { runsFolder } from '../../src/job-index.js';
import { runIdOf } from '../../src/job.js';
import { groupTable, sweepTable } from '../../src/sweep/collect.js';
import { estimateJob, localConcurrency } from '../../src/estimate.js';
import { parsePlan } from '../../src/sweep/plan-file.js';
import { storeSweep } from '../../src/sweep/stored-plan.js';
import { sweepStatus } from '../../src/sweep/status.js';
import { planSweep } from '../../src/sweep/sweep-plan.js';
import { collectSweep } from '../../src/sweep/write-collected.js';
import { storeSampleRun } from '../sample-run.js';

const text = '{ base: { epochs: 3, schedule: constant }, grid: { learningRate: [0.1, 0.05], seed: [1, 2, 3] } }';
const plan = planSweep(parsePlan(text, 'plan.yaml'));

/** Of six jobs five are done, one has failed; the test accuracies at eta 0.1 are 0.9, 0.8 and 0.7. */
async function storedSweep(): Promise<string> {
  const out = join(await temporaryFolder(), 'sweep');
  await storeSweep(out, plan);
  for (const [index, job] of plan.jobs.entries()) {
    if (index === 5) continue;
    const { seed, learningRate } = job.config;
    await storeSampleRun(runsFolder(out), {
      id: runIdOf(job),
      status: 'finished',
      epochs: 3,
      plannedEpochs: 3,
      checkpoints: [6],
      schedule: job.config.schedule,
      config: { seed, learningRate },
      epoch: {
        learningRate,
        testAccuracy: 1 - seed / 10,
        trainLoss: NaN,
        gradientNormSquared: learningRate,
        oFB: learningRate,
      },
    });
  }
  await recordFailure(out, plan.jobs[5]!.key, 'no data');
  return out;
}

describe('the tables of a sweep', () => {
  it('have a row for every job, with its state, and empty cells where nothing is known', async () => {
    const sweep = await sweepStatus(await storedSweep());
    expect(sweep.counts).toEqual({ done: 5, running: 0, waiting: 0, failed: 1 });
    expect(sweep.failures).toEqual([{ job: plan.jobs[5], reason: 'no data' }]);
    const { columns, rows } = sweepTable(sweep);
    expect(columns.slice(0, 6)).toEqual(['run', 'state', 'learningRate', 'seed', 'stage', 'epoch']);
    expect(rows[1]?.slice(0, 6)).toEqual([runIdOf(plan.jobs[1]!), 'done', 0.1, 2, 1, 3]);
    expect(rows[1]?.[columns.indexOf('testAccuracy')]).toBe(0.8);
    expect(rows[5]?.slice(1)).toEqual(['failed', 0.05, 3, 1, ...columns.slice(5).map(() => '')]);
  });

  it('have means over seeds with 95 % confidence intervals', async () => {
    const { columns, rows } = groupTable(await sweepStatus(await storedSweep()));
    const cell = (row: number, name: string) => Number(rows[row]?.[columns.indexOf(name)]);
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      [0.1, 'learningRate=0.1', 3],
      [0.05, 'learningRate=0.05', 2],
    ]);
    // 0.9, 0.8, 0.7: mean 0.8, deviation 0.1, Student's t of 2 degrees 4.302652730: 0.1 / sqrt(3) times that.
    expect(cell(0, 'testAccuracy mean')).toBeCloseTo(0.8, 12);
    expect(cell(0, 'testAccuracy high') - 0.8).toBeCloseTo((4.30265272991 * 0.1) / Math.sqrt(3), 9);
    // 0.9 and 0.8: mean 0.85, deviation 0.1 / sqrt(2), t of 1 degree 12.70620474.
    expect(cell(1, 'testAccuracy low')).toBeCloseTo(0.85 - (12.7062047364 * 0.1) / 2, 9);
    expect(cell(0, 'trainLoss mean')).toBeNaN();
  });

  it('keep apart what came another way: chains that end alike are no repetitions of one another', async () => {
    const folder = join(await temporaryFolder(), 'sweep');
    const staged = planSweep(
      parsePlan(
        '{ base: { epochs: 3 }, grid: { seed: [1, 2], learningRate: [0.1, 0.05] }, stages: [{}, { learningRate: 0.01 }] }',
        'p',
      ),
    );
    await storeSweep(folder, staged);
    for (const job of staged.jobs)
      await storeSampleRun(runsFolder(folder), {
        id: runIdOf(job),
        status: 'finished',
        epochs: 3,
        plannedEpochs: 3,
        checkpoints: [6],
        config: { seed: job.config.seed, learningRate: job.config.learningRate },
        epoch: { learningRate: job.config.learningRate },
      });
    const { columns, rows } = groupTable(await sweepStatus(folder));
    expect(rows.map((row) => [row[columns.indexOf('chain')], row[columns.indexOf('seeds')]])).toEqual([
      ['learningRate=0.1', 2],
      ['learningRate=0.1 > learningRate=0.01', 2],
      ['learningRate=0.05', 2],
      ['learningRate=0.05 > learningRate=0.01', 2],
    ]);
    // Two runs of one rate and one seed are no figure 3.
    expect(await collectSweep(folder)).toHaveLength(3);
  });

  it('are written as CSV and as Parquet with the same numbers, and figure 3 beside them', async () => {
    const out = await storedSweep();
    const files = (await collectSweep(out)).map((file) => file.slice(out.length + 1));
    expect(files).toEqual(['table.csv', 'table.parquet', 'groups.csv', 'fig3.svg', 'fig3.png', 'fig3.csv']);
    const bytes = await readFile(join(out, 'table.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const { columns, rows } = sweepTable(await sweepStatus(out));
    const expected = rows.map((row) =>
      Object.fromEntries(columns.map((name, index) => [name, row[index] === '' ? null : row[index]])),
    );
    const read = (await parquetReadObjects({ file })).map((row) => ({ ...row }));
    expect(
      read.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))),
    ).toEqual(expected);
    // O_FB of a run without momentum is its |grad f|^2, which is its rate here: the intervals are points on the line.
    const points = (await readFile(join(out, 'fig3.csv'), 'utf8')).split('\r\n').map((line) => line.split(','));
    const bars = points.filter(([panel, curve]) => panel?.startsWith('Full-batch') && curve === '95 % confidence');
    expect(bars.map((bar) => bar.slice(2).map((cell) => Number(Number(cell).toFixed(9))))).toEqual([
      [0.05, 0.05, 0.05],
      [0.1, 0.1, 0.1],
    ]);
  });
});

describe('what a job needs', () => {
  it('grows with epochs, and limits how many run at the same time by cores and memory', () => {
    const jobs = (words: string) => planSweep(parsePlan(words, 'p')).jobs;
    const [short, long] = ['base: { epochs: 10 }', 'base: { epochs: 100 }'].map(
      (words) => estimateJob(jobs(words)[0]!).seconds,
    );
    expect((long! - 2) / (short! - 2)).toBeCloseTo(10, 9);
    const machine = { cores: 8, freeBytes: 8 * 2 ** 30 };
    expect(localConcurrency(jobs('grid: { seed: 1..20 }'), undefined, machine)).toBe(8);
    expect(localConcurrency(jobs('base: { threads: 3 }'), undefined, machine)).toBe(2);
    expect(localConcurrency(jobs('{}'), undefined, { cores: 8, freeBytes: 800 * 2 ** 20 })).toBe(2);
    expect(localConcurrency(jobs('{}'), undefined, { cores: 8, freeBytes: 1 })).toBe(1);
    expect(localConcurrency(jobs('{}'), 5, { cores: 1, freeBytes: 1 })).toBe(5);
  });
});
