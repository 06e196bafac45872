import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '@fdr/training';
import { makeJob, type RunJob } from '../src/job.js';
import type { DoneJob, DoneRun } from '../src/job-index.js';
import { runJobs } from '../src/job-pool.js';

const job = (name: string, parent?: RunJob) => makeJob(name, { ...DEFAULT_CONFIG, dataset: name }, parent);
const [root, left] = [job('root'), job('other')];
const child = job('child', root);
const grandchild = job('grandchild', child);
const jobs = [root, child, grandchild, left];
const made = (end: string): DoneJob => ({ reader: {} as DoneRun['reader'], end });

/** Runs the jobs with work that ends at the next turn; says in what order they began, and with what. */
async function pool(width: number, fails: readonly string[], done = new Map<string, DoneJob>()) {
  const begun: [string, string | undefined][] = [];
  let running = 0;
  let most = 0;
  const outcome = await runJobs({
    ...{ jobs, done, width, onChange: () => undefined, signal: new AbortController().signal },
    begin: async (one, start) => {
      begun.push([one.name, start]);
      most = Math.max(most, ++running);
      const ended = new Promise<DoneJob>((resolve, reject) =>
        setImmediate(() => {
          running--;
          if (fails.includes(one.name)) reject(new Error(`${one.name} broke`));
          else resolve(made(`end of ${one.name}`));
        }),
      );
      return { ended, stop: () => undefined };
    },
  });
  return { begun, most, outcome };
}

describe('a pool of jobs', () => {
  it('begins each with the end of its parent, so many at a time', async () => {
    const { begun, most, outcome } = await pool(2, []);
    expect(new Map(begun)).toEqual(
      new Map([
        ['root', undefined],
        ['other', undefined],
        ['child', 'end of root'],
        ['grandchild', 'end of child'],
      ]),
    );
    expect([most, outcome.failures, outcome.done.size]).toEqual([2, [], 4]);
    expect((await pool(1, [])).most).toBe(1);
  });

  it('goes on where one fails, without those that start from it', async () => {
    const { begun, outcome } = await pool(1, ['child']);
    expect(begun.map(([name]) => name)).toEqual(['root', 'child', 'other']);
    expect(outcome.failures.map(({ job: { name }, reason }) => [name, reason])).toEqual([
      ['child', 'child broke'],
      ['grandchild', '"child", which it starts from, failed'],
    ]);
    expect(outcome.done.size).toBe(2);
  });

  it('does only what is not done', async () => {
    const done = new Map([root, child].map(({ key, name }) => [key, made(`stored ${name}`)]));
    const { begun } = await pool(1, [], done);
    expect(begun).toEqual([
      ['grandchild', 'stored child'],
      ['other', undefined],
    ]);
  });

  it('asks what runs to end when it is interrupted, and begins no more', async () => {
    const interruption = new AbortController();
    let stopped = 0;
    const begun: string[] = [];
    const outcome = await runJobs({
      ...{ jobs, done: new Map(), width: 1, onChange: () => undefined, signal: interruption.signal },
      begin: async ({ name }) => {
        begun.push(name);
        let fail: (error: Error) => void = () => undefined;
        const ended = new Promise<DoneJob>((_, reject) => (fail = reject));
        setImmediate(() => interruption.abort());
        return { ended, stop: () => (stopped++, fail(new Error('stopped'))) };
      },
    });
    expect([begun, stopped, outcome.done.size]).toEqual([['root'], 1, 0]);
  });
});
