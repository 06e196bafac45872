import { describe, expect, it } from 'vitest';
import { figures, figuresOf, type RunRecords, type View } from '../src/index.js';
import { quadraticRun } from './quadratic-run.js';

const plain = quadraticRun(10);
const names = ['noiseTrace', 'velocityDotGradient'];
/** |g|^2 = 2 O_R / eta without momentum; the other one is negative. */
const records: RunRecords = {
  ...plain,
  run: { ...plain.run, config: { ...plain.run.config, observables: names } },
  epochs: plain.epochs.map((record) => ({
    ...record,
    observables: { noiseTrace: (2 * record.oRHalf) / record.learningRate, velocityDotGradient: -record.oRHalf },
  })),
};
const view: View = { x: 'linear', y: 'linear', range: null, theme: 'light' };
const figure = figures.find(({ id }) => id === 'observables')!;
const curves = (y: View['y']) =>
  (figure.draw(records, { ...view, y }).option.series as { name?: string; data: [number, number][] }[]).slice(1);

describe('the figure of extra observables', () => {
  it('is offered for the runs that measure some', () => {
    expect(figuresOf(records.run)).toEqual(figures);
    expect(figuresOf(plain.run)).toEqual(figures.filter(({ id }) => id !== 'observables'));
  });

  it('draws each average over the epochs, and its absolute value on a log axis', () => {
    expect(curves('linear').map(({ name }) => name)).toEqual(names);
    const expected = records.epochs.map(({ epoch, oRHalf }) => [epoch, -oRHalf]);
    expect(curves('linear')[1]!.data).toEqual(expected);
    expect(curves('log')[1]!.data).toEqual(expected.map(([epoch, value]) => [epoch, -value!]));
  });

  it('tabulates them with their signs, and summarizes the last epoch', () => {
    const { table, summary } = figure.draw(records, { ...view, y: 'log' });
    expect(table.columns).toEqual(['epoch', ...names]);
    const { oRHalf, learningRate } = records.epochs[4]!;
    expect(table.rows[4]).toEqual([5, (2 * oRHalf) / learningRate, -oRHalf]);
    expect(summary).toMatch(/^After epoch 10: noiseTrace [\d.e-]+, velocityDotGradient -[\d.e-]+\.$/);
  });
});
