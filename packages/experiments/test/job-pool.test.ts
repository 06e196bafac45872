import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import type { PendingJob } from '../src/executors/executor.js';
import { runJobs } from '../src/job-pool.js';
import type { JobResult } from '../src/job-result.js';
import { makeJob, type Job, type RunJob } from '../src/job.js';
import { sampleResult } from './sample-run.js';

const job = (name: string, parent?: RunJob) => makeJob(name, { ...DEFAULT_CONFIG, dataset: name }, parent);
const root = job('root');
const other = job('other');
const child = job('child', root);
const grandchild = job('grandchild', child);
const jobs = [root, child, grandchild, other];
const result = (checkpoint: string): JobResult => ({ ...sampleResult, checkpoint });
const resultOf = ({ name }: Job) => Promise.resolve(result(`end of ${name}`));

/** Runs the jobs, each of which ends at the next turn of the event loop. */
async function pool(
  concurrency: number,
  failing: readonly string[],
  { completed = new Map<string, JobResult>(), queues = false, failFast = false } = {},
) {
  const started: string[] = [];
  const changes: string[] = [];
  let running = 0;
  let most = 0;
  const outcome = await runJobs({
    jobs,
    completed,
    concurrency,
    queues,
    failFast,
    resultOf,
    onChange: ({ job: { name }, type }) => changes.push(`${name} ${type}`),
    signal: new AbortController().signal,
    start: ({ name }) => {
      started.push(name);
      most = Math.max(most, ++running);
      const ended = new Promise<void>((resolve, reject) =>
        setImmediate(() => {
          running--;
          if (failing.includes(name)) reject(new Error(`${name} broke`));
          else resolve();
        }),
      );
      return Promise.resolve({ ended, stop: () => undefined });
    },
  });
  return { started, changes, most, outcome };
}

/** A started job that ends, without a result, when it is stopped. */
function untilStopped(onStop: () => void): PendingJob {
  let stop = (): void => undefined;
  const ended = new Promise<void>((_, reject) => {
    stop = () => {
      onStop();
      reject(new Error('stopped'));
    };
  });
  return { ended, stop };
}

describe('a pool of jobs', () => {
  it('starts each job once its parent is done, at most `concurrency` at a time', async () => {
    const { started, changes, most, outcome } = await pool(2, []);
    expect([...started].sort()).toEqual(['child', 'grandchild', 'other', 'root']);
    expect(changes.indexOf('child started')).toBeGreaterThan(changes.indexOf('root completed'));
    expect(changes.indexOf('grandchild started')).toBeGreaterThan(changes.indexOf('child completed'));
    expect(outcome.results.get(child.key)).toEqual(result('end of child'));
    expect([most, outcome.failures, outcome.results.size]).toEqual([2, [], 4]);
    expect((await pool(1, [])).most).toBe(1);
  });

  it('hands over whole chains at once where what runs them makes each job wait for the one before', async () => {
    const { changes, outcome } = await pool(9, ['root'], { queues: true });
    expect(changes.slice(0, 4)).toEqual(['root started', 'child started', 'grandchild started', 'other started']);
    expect(outcome.failures[0]).toMatchObject({ job: root, reason: 'root broke' });
  });

  it('ends at the first failure if it is asked to, and calls what had not begun neither done nor failed', async () => {
    const { started, outcome } = await pool(1, ['root'], { failFast: true });
    expect(started).toEqual(['root']);
    expect([outcome.failures.map(({ job: { name } }) => name), outcome.results.size]).toEqual([['root'], 0]);
  });

  it('goes on after a failure, without the descendants of the failed job', async () => {
    const { started, changes, outcome } = await pool(1, ['child']);
    expect(started).toEqual(['root', 'child', 'other']);
    expect(outcome.failures.map(({ job: { name }, reason }) => [name, reason])).toEqual([
      ['child', 'child broke'],
      ['grandchild', '"child", which it starts from, failed'],
    ]);
    expect(outcome.results.size).toBe(2);
    expect(changes).toEqual([
      'root started',
      'root completed',
      'child started',
      'child failed',
      'grandchild failed',
      'other started',
      'other completed',
    ]);
  });

  it('runs only jobs that are not completed yet', async () => {
    const completed = new Map([root, child].map(({ key, name }) => [key, result(`stored ${name}`)]));
    const { started } = await pool(1, [], { completed });
    expect(started).toEqual(['grandchild', 'other']);
  });

  it('counts a job that cannot be started as failed', async () => {
    const outcome = await runJobs({
      jobs: [root, other],
      completed: new Map(),
      concurrency: 1,
      queues: false,
      resultOf,
      onChange: () => undefined,
      signal: new AbortController().signal,
      start: ({ name }) => {
        throw new Error(`${name} cannot start`);
      },
    });
    expect(outcome.failures.map(({ reason }) => reason)).toEqual(['root cannot start', 'other cannot start']);
  });

  it('asks running jobs to end when it is aborted, and starts no more', async () => {
    const interruption = new AbortController();
    let stopped = 0;
    const started: string[] = [];
    const changes: string[] = [];
    const outcome = await runJobs({
      jobs,
      completed: new Map(),
      concurrency: 1,
      queues: false,
      resultOf,
      onChange: ({ job: { name }, type }) => changes.push(`${name} ${type}`),
      signal: interruption.signal,
      start: ({ name }) => {
        started.push(name);
        setImmediate(() => interruption.abort());
        return Promise.resolve(untilStopped(() => stopped++));
      },
    });
    expect([started, stopped, outcome.results.size]).toEqual([['root'], 1, 0]);
    expect([changes, outcome.failures]).toEqual([['root started', 'root stopped'], []]);
  });

  it('asks a job to end that was still starting when the pool was aborted', async () => {
    const interruption = new AbortController();
    let stopped = 0;
    await runJobs({
      jobs: [root],
      completed: new Map(),
      concurrency: 1,
      queues: false,
      resultOf,
      onChange: () => undefined,
      signal: interruption.signal,
      start: () => {
        interruption.abort();
        return Promise.resolve(untilStopped(() => stopped++));
      },
    });
    expect(stopped).toBe(1);
  });
});
