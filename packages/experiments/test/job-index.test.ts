import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRun } from '@fdr/run-store';
import { describe, expect, it } from 'vitest';
import { curvatureFile, curvatureFolder, writeCurvature, type CurvatureRecord } from '../src/curvature/record.js';
import { isRunning, readJobIndex, runResult, runsFolder } from '../src/job-index.js';
import { jobTag } from '../src/job.js';
import { storeSampleRun, temporaryFolder, writeSampleRun } from './sample-run.js';

const estimate = (mean: number) => ({ mean, standardError: NaN });
const record: CurvatureRecord = {
  schemaVersion: 3,
  learningRate: 0.003,
  points: 1,
  samples: 10,
  method: 'exact',
  backend: 'cpu',
  seconds: 1,
  trace: estimate(6),
  noiseTrace: estimate(2),
  meanCurvature: 3,
  cross: estimate(0),
  velocity: estimate(0),
  update: estimate(6),
  spectrum: [{ curvature: 3, weight: 2 }],
  differences: [{ width: 0.001, ratio: 1.04 }],
  edge: { gradientNoiseInteraction: 620, batchSharpness: 31, largestCurvature: 17 },
};

describe('the index of jobs', () => {
  it('is empty for an empty folder', async () => {
    const { completed, running, interrupted } = await readJobIndex(await temporaryFolder());
    expect([completed.size, running.size, interrupted.size]).toEqual([0, 0, 0]);
  });

  it('counts a run as completed only with its last epoch and its last checkpoint', async () => {
    const out = await temporaryFolder();
    const runs = runsFolder(out);
    const sample = { status: 'finished', epochs: 3, plannedEpochs: 3 } as const;
    await storeSampleRun(runs, { ...sample, id: 'complete', tags: ['night', jobTag('complete')], checkpoints: [0, 6] });
    await storeSampleRun(runs, {
      ...sample,
      id: 'no-checkpoint',
      tags: [jobTag('no-checkpoint')],
      checkpoints: [0, 4],
    });
    await storeSampleRun(runs, { ...sample, id: 'short', tags: [jobTag('short')], epochs: 2, checkpoints: [4, 6] });
    await storeSampleRun(runs, {
      ...sample,
      id: 'cooled',
      tags: [jobTag('cooled')],
      epochs: 2,
      checkpoints: [0, 4],
      schedule: { kind: 'cooldown', threshold: 0.01 },
    });
    await storeSampleRun(runs, { ...sample, id: 'of-no-job', checkpoints: [6] });
    const { completed, interrupted } = await readJobIndex(out);
    expect([...completed.keys()].sort()).toEqual(['complete', 'cooled']);
    expect(completed.get('complete')).toMatchObject({
      kind: 'run',
      checkpoint: join(runs, 'complete', 'checkpoints', '6.safetensors'),
    });
    expect(interrupted.size).toBe(0);
    await expect(runResult(await openRun(runs, 'short'))).rejects.toThrow('run short is incomplete');
  });

  it('names of several interrupted runs of a job the one with the most steps', async () => {
    const out = await temporaryFolder();
    const runs = runsFolder(out);
    const tags = [jobTag('x')];
    await storeSampleRun(runs, { id: 'a', tags, status: 'stopped', epochs: 1, plannedEpochs: 9 });
    await storeSampleRun(runs, { id: 'b', tags, status: 'failed', epochs: 3, plannedEpochs: 9 });
    await storeSampleRun(runs, { id: 'c', tags, status: 'stopped', epochs: 2, plannedEpochs: 9 });
    await storeSampleRun(runs, { id: 'd', tags, status: 'diverged', epochs: 5, plannedEpochs: 9 });
    expect([...(await readJobIndex(out)).interrupted]).toEqual([['x', 'b']]);
  });

  it('knows a run that a process is still training from one whose process died', async () => {
    const out = await temporaryFolder();
    const tags = [jobTag('x')];
    const writer = await writeSampleRun(runsFolder(out), {
      id: 'a',
      tags,
      status: 'running',
      epochs: 1,
      plannedEpochs: 9,
    });
    const { running } = await readJobIndex(out);
    expect([...running].map(([key, reader]) => [key, reader.id, isRunning(reader)])).toEqual([['x', 'a', true]]);
    await writer.close();
    const after = await readJobIndex(out);
    expect([[...after.running.keys()], [...after.interrupted]]).toEqual([[], [['x', 'a']]]);
  });

  it('reads curvature estimates, NaN included, and leaves out damaged files', async () => {
    const out = await temporaryFolder();
    await mkdir(curvatureFolder(out));
    await writeCurvature(curvatureFile(out, '0123456789abcdef'), record);
    await writeFile(curvatureFile(out, 'ffffffffffffffff'), '{"schemaVersion":1,');
    await writeFile(curvatureFile(out, 'eeeeeeeeeeeeeeee'), '{"schemaVersion":3}');
    await writeCurvature(curvatureFile(out, 'not-a-key'), record);
    const { completed } = await readJobIndex(out);
    expect([...completed]).toEqual([['0123456789abcdef', { kind: 'curvature', estimate: record }]]);
  });
});
