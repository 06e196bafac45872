import type { RunRow } from '@fdr/records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsFor } from '@fdr/testing';
import { selectRuns } from '../src/catalogue/select.js';
import { groupRuns } from '../src/catalogue/groups.js';
import { sampleRow } from './sample.js';

const rows: RunRow[] = [
  sampleRow('a', { name: 'First try', tags: ['keep', 'lr sweep'], learningRate: 0.1, testAccuracy: 0.97, seed: 1 }),
  sampleRow('b', { name: 'second', model: 'cnn', status: 'diverged', learningRate: 0.01, ratio: NaN, seed: 2 }),
  sampleRow('c', { name: '100% (new)', note: 'a first look', archived: true, testAccuracy: 0.99 }),
  sampleRow('d', { name: 'x*y', dataset: '/data/my images', ratio: 1.02, testAccuracy: 0.95, seed: 3 }),
];
const found = (filter: string) =>
  selectRuns(rows, { filter, sort: 'id' })
    .map(({ id }) => id)
    .join('');

describe('a filter', () => {
  it.each([
    ['', 'abd'],
    ['   ', 'abd'],
    ['first', 'a'],
    ['FIRST try', 'a'],
    ['"first try"', 'a'],
    ['archived:yes', 'c'],
    ['first archived:yes OR archived:no first', 'ac'],
    ['status:diverged', 'b'],
    ['status:div', ''],
    ['status:div*', 'b'],
    ['NOT status:diverged', 'ad'],
    ['-model:cnn', 'ad'],
    ['tag:keep', 'a'],
    ['tag:"LR sweep"', 'a'],
    ['tag:sweep', ''],
    ['learning-rate:0.1', 'a'],
    ['learning-rate:<0.1', 'bd'],
    ['learning-rate:>=1e-2', 'abd'],
    ['ratio:[0.9 TO 1.1]', 'ad'],
    ['ratio:>0', 'ad'],
    ['test-accuracy:>0.96 OR (model:cnn seed:2)', 'ab'],
    ['name:"100% (new)" archived:yes', 'c'],
    ['dataset:*images', 'd'],
    ['created:>2019-05-06', 'abd'],
    ['created:<2019-05-06', ''],
    ['created:2019', 'abd'],
    ['name:x*', 'd'],
    ['name:*y', 'ad'],
    ['name:*i*t*', 'a'],
    ['name:F*rst', ''],
    ['model:m*m*lp', ''],
  ])('%j finds %j', (filter, ids) => {
    expect(found(filter)).toBe(ids);
  });

  it.each([
    ['colour:red', /there is no field "colour"; there are id, name, .*best-test-accuracy$/],
    ['status:', /must have a value/],
    ['(a', /is not complete or has a mistake at its end/],
    ['test-accuracy:>97%', /mistake at character 18/],
    ['seed:one', /seed is a number, not "one"/],
    ['model:>cnn', /model is a text: write model:value, not model:>/],
    ['name:/(a+)+b/', /nor by a regular expression/],
    ['x'.repeat(501), /at most 500 characters, not 501/],
  ])('%j is refused in one line', (filter, message) => {
    expect(() => found(filter)).toThrow(message);
    expect(() => found(filter)).toThrow(RangeError);
  });

  it('of any text is a filter, or is refused in one line', async () => {
    const parts = [
      'a',
      ' ',
      ':',
      '"',
      "'",
      '(',
      ')',
      '-',
      'NOT ',
      ' AND ',
      ' OR ',
      'seed',
      'tag',
      '>',
      '[',
      ' TO ',
      ']',
      '*',
      '/',
      '1e3',
      '\\',
    ];
    const built = fc.array(fc.constantFrom(...parts), { maxLength: 25 }).map((chosen) => chosen.join(''));
    await holdsFor(fc.oneof(fc.string({ maxLength: 40 }), built), 400, (filter) => {
      try {
        found(filter);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        expect(String(error)).not.toContain('\n');
      }
    });
  });
});

it('with many wild cards is as fast as one', () => {
  const slow = sampleRow('slow', { name: 'a'.repeat(200) });
  expect(selectRuns([slow], { filter: `name:${'a*'.repeat(100)}b` })).toEqual([]);
});

describe('the order', () => {
  const order = (sort: string) =>
    selectRuns(rows, { sort })
      .map(({ id }) => id)
      .join('');

  it('is by a field, downwards after a minus, and what has no number comes last', () => {
    expect(order('learning-rate')).toMatch(/^b/);
    expect(order('-learning-rate')).toMatch(/b$/);
    expect(order('ratio')).toBe('adb');
    expect(order('-ratio')).toBe('dab');
    expect(order('name')).toBe('abd');
    expect(() => order('size')).toThrow(/there is no field "size"/);
  });
});

describe('groups', () => {
  it('have the mean and the deviation of those runs that have the number', () => {
    const group = [0.96, 0.98, null].map((testAccuracy, seed) =>
      sampleRow(`s${seed}`, { group: 'g', seed, testAccuracy, createdAt: `2019-05-0${seed + 1}T00:00:00.000Z` }),
    );
    const [first, other] = groupRuns([...group, sampleRow('alone', { group: 'h', testAccuracy: null })]);
    expect(first).toMatchObject({ count: 3, newest: { id: 's2' }, testAccuracy: { count: 2, mean: 0.97 } });
    expect(first?.testAccuracy?.deviation).toBeCloseTo(Math.SQRT2 / 100, 12);
    expect(other).toMatchObject({ count: 1, testAccuracy: null, trainLoss: { count: 1, deviation: null } });
  });
});
