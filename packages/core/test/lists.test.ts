import { describe, expect, it } from 'vitest';
import { itemAt } from '../src/item-at.js';
import { zip } from '../src/zip.js';

describe('zip', () => {
  it('takes the items of several lists together', () => {
    expect(zip([1, 2], ['a', 'b'], [true, false])).toEqual([
      [1, 'a', true],
      [2, 'b', false],
    ]);
    expect(zip([], [])).toEqual([]);
    expect(zip()).toEqual([]);
  });

  it('refuses lists of different lengths, whichever is the longer', () => {
    expect(() => zip([1, 2], ['a'])).toThrow('lists of 2, 1 items do not belong together');
    expect(() => zip([1], ['a', 'b'])).toThrow('lists of 1, 2 items do not belong together');
    expect(() => zip([1], ['a'], [])).toThrow('lists of 1, 1, 0 items do not belong together');
  });
});

describe('itemAt', () => {
  it('gives the item of a list or a typed array, and refuses an index that there is not', () => {
    expect(itemAt(['a', 'b'], 1)).toBe('b');
    expect(itemAt(Float32Array.of(0, 0.5), 0)).toBe(0);
    expect(() => itemAt(['a'], 1)).toThrow('there is no item 1 in a list of 1');
    expect(() => itemAt([], -1)).toThrow(RangeError);
  });
});
