import { DEFAULT_CONFIG } from '@fdr/training';
import { expect, it } from 'vitest';
import { makeCurvatureJob, makeJob, runIdOf } from '../src/job.js';

const first = makeJob('first', DEFAULT_CONFIG);

it('a job key depends on the configuration, in any order of its fields, and on all ancestors', () => {
  const reversed = Object.fromEntries(Object.entries(DEFAULT_CONFIG).reverse()) as typeof DEFAULT_CONFIG;
  expect(makeJob('another name', reversed).key).toBe(first.key);
  expect(first.key).toMatch(/^[0-9a-f]{16}$/);
  const other = makeJob('other', { ...DEFAULT_CONFIG, seed: 2 });
  expect(other.key).not.toBe(first.key);
  expect(makeJob('child', DEFAULT_CONFIG, first).key).not.toBe(makeJob('child', DEFAULT_CONFIG, other).key);
});

it('a job key does not depend on the threads, and on the path of a checkpoint only where no parent has left it', () => {
  expect(makeJob('more threads', { ...DEFAULT_CONFIG, threads: 77 }).key).toBe(first.key);
  const moved = { ...DEFAULT_CONFIG, start: 'x.safetensors' };
  expect(makeJob('moved', moved, first).key).toBe(makeJob('child', DEFAULT_CONFIG, first).key);
  expect(makeJob('moved', moved).key).not.toBe(first.key);
});

it('a job key depends on the sampling and on what is read, not on what is left out', () => {
  expect(makeJob('unread', { ...DEFAULT_CONFIG, descent: undefined }).key).toBe(first.key);
  expect(makeJob('read', { ...DEFAULT_CONFIG, descent: true }).key).not.toBe(first.key);
  expect(makeJob('independent', { ...DEFAULT_CONFIG, sampling: 'replacement' }).key).not.toBe(first.key);
});

it('the key of a curvature job depends on the run and on the size and seed of the estimate', () => {
  const size = { points: 3, samples: 10, seed: 1 };
  const job = makeCurvatureJob('estimate', first, size);
  expect(job).toMatchObject({ kind: 'curvature', parent: first.key, ...size });
  const other = makeJob('other', { ...DEFAULT_CONFIG, seed: 2 });
  const keys = [
    job,
    makeCurvatureJob('estimate', other, size),
    makeCurvatureJob('estimate', first, { ...size, points: 4 }),
    makeCurvatureJob('estimate', first, { ...size, samples: 11 }),
    makeCurvatureJob('estimate', first, { ...size, seed: 2 }),
    first,
  ].map(({ key }) => key);
  expect(new Set(keys).size).toBe(6);
});

it('the id of a run is made of the configuration alone', () => {
  expect(runIdOf(first)).toBe(`mlp-${first.key}`);
  expect(runIdOf(makeJob('renamed', DEFAULT_CONFIG))).toBe(runIdOf(first));
});
