import { DEFAULT_CONFIG } from '@fdr/training';
import { expect, it } from 'vitest';
import type { JobResult } from '../src/job-result.js';
import { makeJob } from '../src/job.js';
import { createPreviews } from '../src/previews.js';

const job = (name: string) => makeJob(name, { ...DEFAULT_CONFIG, dataset: name });
const [shared, second, third, last] = [job('shared'), job('second'), job('third'), job('last')] as const;
const figures = [
  { id: 'first', jobs: [shared] },
  { id: 'sequence', jobs: [shared, second, third] },
  { id: 'comparison', jobs: [last] },
];

/** Previews that take 10 ms each, on a clock of their own. */
function setUp() {
  let time = 0;
  const drawn: [string, number][] = [];
  const previews = createPreviews({
    figures,
    draw: (figure, results) => {
      time += 10;
      drawn.push([figure.id, results.size]);
      return figure.id === 'sequence' && results.size === 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    },
    now: () => time,
  });
  const results = new Map<string, JobResult>();
  return {
    drawn,
    pass: (milliseconds: number) => (time += milliseconds),
    complete: (completed: { readonly key: string } & typeof shared) => {
      results.set(completed.key, {} as JobResult);
      previews.onCompleted(completed, results);
      return previews.settled();
    },
  };
}

it('draws the figures of a completed job, and pauses before it draws again', async () => {
  const { drawn, pass, complete } = setUp();
  await complete(shared);
  expect(drawn).toEqual([
    ['first', 1],
    ['sequence', 1],
  ]);
  // Two previews took 20 ms: a pause of 400 ms.
  pass(399);
  await complete(second);
  expect(drawn).toHaveLength(2);
  pass(1);
  await complete(last);
  // The figure that had become stale during the pause is drawn too. Its drawing fails.
  expect(drawn.slice(2)).toEqual([['sequence', 3]]);
  pass(1000);
  await complete(third);
  expect(drawn.slice(3).map(([id]) => id)).toEqual(expect.arrayContaining(['sequence', 'comparison']));
});

it('draws one figure after another, never two at once', async () => {
  const { drawn, complete } = setUp();
  const first = complete(shared);
  const next = complete(second);
  await Promise.all([first, next]);
  expect(drawn).toEqual([
    ['first', 1],
    ['sequence', 1],
  ]);
});

it('goes on after a job that belongs to no figure', async () => {
  const { drawn, complete } = setUp();
  await complete(job('of no figure'));
  await complete(shared);
  expect(drawn.map(([id]) => id)).toEqual(['first', 'sequence']);
});
