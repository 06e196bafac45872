import type { SweepOutline, SweepProgress } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { defaultAxes, matrixOf, valuesOf, type MatrixView } from '../src/sweep/matrix.js';

const outline: SweepOutline = {
  name: 'rates',
  settings: ['learningRate', 'optimizer', 'seed'],
  jobs: [10, 2].flatMap((learningRate) =>
    ['sgd', 'adam'].flatMap((optimizer) =>
      [1, 2].map((seed) => ({ run: `${optimizer}-${learningRate}-${seed}`, values: [learningRate, optimizer, seed] })),
    ),
  ),
};

/** Jobs in the order of the outline: rate 10 first, Adam after SGD, seed 2 after seed 1. */
const progress: SweepProgress = {
  pending: 0,
  states: ['done', 'done', 'running', 'waiting', 'failed', 'waiting', 'done', 'waiting'],
  epoch: [5, 5, 3, 0, 1, 2, 5, 0],
  epochs: [5, 5, 5, 0, 5, 5, 5, 0],
  ratio: [1, 1.5, 3, null, NaN, 4, 1, null],
  trainLoss: [0.1, 0.3, 0.5, null, Infinity, 0.7, 0.2, null],
  testAccuracy: [0.9, 0.8, 0.7, null, 0.1, 0.6, 0.95, null],
  bestTestAccuracy: [0.9, 0.85, 0.7, null, 0.1, 0.6, 0.95, null],
};

const view: MatrixView = { rows: 'learningRate', columns: 'seed', measure: 'state', only: { optimizer: 'sgd' } };
const texts = (changes: Partial<MatrixView>) =>
  matrixOf(outline, progress, { ...view, ...changes }).cells.map((row) => row.map((cell) => cell?.text));

describe('the matrix of a sweep', () => {
  it('orders numbers by size and words as the plan does', () => {
    expect(valuesOf(outline, 'learningRate')).toEqual(['2', '10']);
    expect(valuesOf(outline, 'optimizer')).toEqual(['sgd', 'adam']);
    expect(valuesOf(outline, '')).toEqual(['']);
  });

  it('begins with the seed as columns', () => {
    expect(defaultAxes(outline)).toEqual({ rows: 'learningRate', columns: 'seed' });
    expect(defaultAxes({ ...outline, settings: ['momentum', 'learningRate'] })).toEqual({
      rows: 'momentum',
      columns: 'learningRate',
    });
    expect(defaultAxes({ ...outline, settings: ['seed'] })).toEqual({ rows: 'seed', columns: '' });
    expect(defaultAxes({ ...outline, settings: ['momentum'] })).toEqual({ rows: 'momentum', columns: '' });
  });

  it('says how each job stands, and leads to its run once there is one', () => {
    expect(texts({})).toEqual([
      ['failed', '2 / 5'],
      ['done', 'done'],
    ]);
    expect(texts({ only: { optimizer: 'adam' } })).toEqual([
      ['done', 'waiting'],
      ['3 / 5', 'waiting'],
    ]);
    const { cells } = matrixOf(outline, progress, { ...view, only: { optimizer: 'adam' } });
    expect(cells[1]?.map((cell) => cell?.runs)).toEqual([['adam-10-1'], []]);
  });

  it('counts the jobs of a cell, the worst state first', () => {
    const { cells } = matrixOf(outline, progress, { ...view, columns: '', only: {} });
    expect(cells.flat().map((cell) => [cell?.text, cell?.state])).toEqual([
      ['1 of 4 done', 'failed'],
      ['2 of 4 done', 'running'],
    ]);
  });

  it('shows the number of one job as it is, and of several the mean of those that are done', () => {
    expect(texts({ measure: 'testAccuracy' })).toEqual([
      ['10.00 %', '60.00 %'],
      ['90.00 %', '80.00 %'],
    ]);
    expect(texts({ measure: 'testAccuracy', only: {} })).toEqual([
      ['95.00 %', '–'],
      ['90.00 %', '80.00 %'],
    ]);
    expect(texts({ measure: 'ratio' })).toEqual([
      ['–', '4'],
      ['1', '1.5'],
    ]);
  });

  it('shades from the lowest number to the highest, leaving out what is none', () => {
    const { cells, range } = matrixOf(outline, progress, { ...view, measure: 'trainLoss' });
    expect(range).toEqual(['0.1', '0.7']);
    expect(cells.flat().map((cell) => cell?.shade)).toEqual([null, 1, 0, expect.closeTo(1 / 3, 12)]);
    expect(cells[0]?.[0]?.text).toBe('∞');
    expect(matrixOf(outline, progress, view).range).toBeNull();
  });

  it('leaves a place empty for which there is no job', () => {
    const jobs = outline.jobs.slice(0, 7);
    const { cells } = matrixOf({ ...outline, jobs }, progress, { ...view, only: { optimizer: 'adam' } });
    expect(cells[0]?.map((cell) => cell?.text)).toEqual(['done', undefined]);
  });
});
