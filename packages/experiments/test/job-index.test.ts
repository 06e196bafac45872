import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { curvatureFile, curvatureFolder, writeCurvature, type CurvatureRecord } from '../src/curvature/record.js';
import { recordFailure } from '../src/failure-file.js';
import { readJobIndex, runsFolder } from '../src/job-index.js';
import { makeCurvatureJob, makeJob, runIdOf, type RunJob } from '../src/job.js';
import { EPOCH, storeSampleRun, temporaryFolder, writeSampleRun, type SampleRun } from './sample-run.js';

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

const jobNamed = (name: string) => makeJob(name, { ...DEFAULT_CONFIG, dataset: name });
const store = (out: string, job: RunJob, sample: Omit<SampleRun, 'id'>) =>
  storeSampleRun(runsFolder(out), { ...sample, id: runIdOf(job) });
const finished = { status: 'finished', epochs: 3, plannedEpochs: 3 } as const;

describe('the index of jobs', () => {
  it('is empty for an empty folder', async () => {
    const { completed, running, failed } = await readJobIndex(await temporaryFolder(), [jobNamed('a')]);
    expect([completed.size, running.size, failed.size]).toEqual([0, 0, 0]);
  });

  it('counts a run as completed only with its last epoch and its last checkpoint', async () => {
    const out = await temporaryFolder();
    const [complete, unsaved, short, cooled, diverged] = ['complete', 'unsaved', 'short', 'cooled', 'diverged'].map(
      jobNamed,
    ) as [RunJob, RunJob, RunJob, RunJob, RunJob];
    await store(out, complete, { ...finished, checkpoints: [0, 6] });
    await store(out, unsaved, { ...finished, checkpoints: [0, 4] });
    await store(out, short, { ...finished, epochs: 2, checkpoints: [4, 6] });
    const schedule = { kind: 'cooldown', threshold: 0.01 } as const;
    await store(out, cooled, { ...finished, epochs: 2, checkpoints: [0, 4], schedule });
    await store(out, diverged, { ...finished, status: 'diverged', checkpoints: [6] });
    const { completed } = await readJobIndex(out, [complete, unsaved, short, cooled, diverged, jobNamed('none')]);
    expect([...completed.keys()]).toEqual([complete.key, cooled.key]);
    expect(completed.get(complete.key)).toMatchObject({
      checkpoint: join(runsFolder(out), runIdOf(complete), 'checkpoints', '6.safetensors'),
      lastEpoch: { epoch: 3, step: 6, oFB: EPOCH.oFB },
      bestTestAccuracy: EPOCH.testAccuracy,
    });
  });

  it('opens a finished run once: what it knows of it is kept beside, and no longer believed once the folder is gone', async () => {
    const out = await temporaryFolder();
    const jobs = [jobNamed('a'), jobNamed('b')];
    for (const job of jobs) await store(out, job, { ...finished, checkpoints: [6] });
    const first = await readJobIndex(out, jobs);
    // With its run.json gone the folder can't be opened any more.
    await rm(join(runsFolder(out), runIdOf(jobs[0]!), 'run.json'));
    expect(await readJobIndex(out, jobs)).toEqual(first);
    await rm(join(runsFolder(out), runIdOf(jobs[1]!)), { recursive: true });
    expect([...(await readJobIndex(out, jobs)).completed.keys()]).toEqual([jobs[0]!.key]);
  });

  it('opens a run again whose line was cut, by a crash in the middle of writing it', async () => {
    const out = await temporaryFolder();
    const jobs = [jobNamed('a'), jobNamed('b')];
    await store(out, jobs[0]!, { ...finished, checkpoints: [6] });
    await readJobIndex(out, jobs);
    const file = join(out, 'finished.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, -20));
    await store(out, jobs[1]!, { ...finished, checkpoints: [6] });
    const { completed } = await readJobIndex(out, jobs);
    expect(completed.size).toBe(2);
    await appendFile(file, 'garbage');
    expect((await readJobIndex(out, jobs)).completed).toEqual(completed);
  });

  it('knows a run that a process is still training from one whose process died, and jobs that failed of themselves', async () => {
    const out = await temporaryFolder();
    const job = jobNamed('a');
    const writer = await writeSampleRun(runsFolder(out), {
      ...finished,
      id: runIdOf(job),
      status: 'running',
      epochs: 1,
    });
    expect([...(await readJobIndex(out, [job])).running]).toEqual([job.key]);
    await writer.close();
    expect((await readJobIndex(out, [job])).running.size).toBe(0);
    await recordFailure(out, job.key, 'it broke');
    expect([...(await readJobIndex(out, [job])).failed]).toEqual([job.key]);
  });

  it('reads curvature estimates, NaN included, and leaves out damaged files', async () => {
    const out = await temporaryFolder();
    const job = (seed: number) => makeCurvatureJob('estimate', jobNamed('a'), { points: 1, samples: 10, seed });
    const jobs = [1, 2, 3, 4].map(job);
    await mkdir(curvatureFolder(out));
    await writeCurvature(curvatureFile(out, jobs[0]!.key), record);
    await writeFile(curvatureFile(out, jobs[1]!.key), '{"schemaVersion":1,');
    await writeFile(curvatureFile(out, jobs[2]!.key), '{"schemaVersion":3}');
    const { completed } = await readJobIndex(out, jobs);
    expect([...completed]).toEqual([[jobs[0]!.key, { kind: 'curvature', estimate: record }]]);
  });
});
