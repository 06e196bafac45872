import type { RunReader } from '@fdr/run-store';
import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { runJobs, type PendingJob } from '../src/job-pool.js';
import type { JobResult } from '../src/job-result.js';
import { makeJob, type RunJob } from '../src/job.js';

const job = (name: string, parent?: RunJob) => makeJob(name, { ...DEFAULT_CONFIG, dataset: name }, parent);
const root = job('root');
const other = job('other');
const child = job('child', root);
const grandchild = job('grandchild', child);
const jobs = [root, child, grandchild, other];
const result = (checkpoint: string): JobResult => ({ kind: 'run', reader: {} as RunReader, checkpoint });

/** Runs the jobs, each of which ends at the next turn of the event loop. */
async function pool(concurrency: number, failing: readonly string[], completed = new Map<string, JobResult>()) {
  const started: [string, string | undefined][] = [];
  const changes: string[] = [];
  let running = 0;
  let most = 0;
  const outcome = await runJobs({
    jobs,
    completed,
    concurrency,
    onChange: ({ job: { name }, type }) => changes.push(`${name} ${type}`),
    signal: new AbortController().signal,
    start: ({ name }, checkpoint) => {
      started.push([name, checkpoint]);
      most = Math.max(most, ++running);
      const ended = new Promise<JobResult>((resolve, reject) =>
        setImmediate(() => {
          running--;
          if (failing.includes(name)) reject(new Error(`${name} broke`));
          else resolve(result(`end of ${name}`));
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
  const ended = new Promise<JobResult>((_, reject) => {
    stop = () => {
      onStop();
      reject(new Error('stopped'));
    };
  });
  return { ended, stop };
}

describe('a pool of jobs', () => {
  it('starts each job with the last checkpoint of its parent, at most `concurrency` at a time', async () => {
    const { started, most, outcome } = await pool(2, []);
    expect(new Map(started)).toEqual(
      new Map([
        ['root', undefined],
        ['other', undefined],
        ['child', 'end of root'],
        ['grandchild', 'end of child'],
      ]),
    );
    expect([most, outcome.failures, outcome.results.size]).toEqual([2, [], 4]);
    expect((await pool(1, [])).most).toBe(1);
  });

  it('goes on after a failure, without the descendants of the failed job', async () => {
    const { started, changes, outcome } = await pool(1, ['child']);
    expect(started.map(([name]) => name)).toEqual(['root', 'child', 'other']);
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
    const { started } = await pool(1, [], completed);
    expect(started).toEqual([
      ['grandchild', 'stored child'],
      ['other', undefined],
    ]);
  });

  it('counts a job that cannot be started as failed', async () => {
    const outcome = await runJobs({
      jobs: [root, other],
      completed: new Map(),
      concurrency: 1,
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
