import { expect, it } from 'vitest';
import type { DoneJob } from '../src/job-index.js';
import { plan } from '../src/plan.js';
import { parseScale } from '../src/scale.js';
import { createPreviews } from '../src/previews.js';

const { figures, jobs } = plan({
  ...{ figures: ['fig1', 'fig2', 'fig4'], models: ['mlp'], scale: parseScale('quick'), backend: 'onnx', threads: 1 },
});
const [initial, stage] = jobs as [(typeof jobs)[number], (typeof jobs)[number]];

/** Previews that take 10 ms each, on a clock of its own. */
function sketching() {
  let time = 0;
  const drawn: [string, number][] = [];
  const previews = createPreviews(
    figures,
    (figure, done) => {
      time += 10;
      drawn.push([figure.id, done.size]);
      return figure.id === 'fig2a' && done.size === 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    },
    () => time,
  );
  const done = new Map<string, DoneJob>();
  return {
    drawn,
    pass: (milliseconds: number) => (time += milliseconds),
    finish: (job: (typeof jobs)[number]) => {
      done.set(job.key, {} as DoneJob);
      previews.onDone(job, done);
      return previews.settled();
    },
  };
}

it('draws the figures that a job is of, and rests before it draws again', async () => {
  const { drawn, pass, finish } = sketching();
  await finish(initial);
  expect(drawn).toEqual([
    ['fig1a', 1],
    ['fig2a', 1],
  ]);
  // Two previews took 20 ms: 400 ms of rest.
  pass(399);
  await finish(stage);
  expect(drawn).toHaveLength(2);
  pass(1);
  await finish(jobs.at(-1)!);
  // What had gone stale meanwhile is drawn too; one that fails takes nothing with it.
  expect(drawn.slice(2)).toEqual([['fig2a', 3]]);
  pass(1000);
  await finish(jobs[2]!);
  expect(drawn.slice(3).map(([id]) => id)).toEqual(expect.arrayContaining(['fig2a', 'fig4a']));
});

it('draws one after another, never two at once', async () => {
  const { drawn, finish } = sketching();
  const first = finish(initial);
  const second = finish(stage);
  await Promise.all([first, second]);
  expect(drawn).toEqual([
    ['fig1a', 1],
    ['fig2a', 1],
  ]);
});
