import { describe, expect, it } from 'vitest';
import { formatDuration, formatMeasured, formatNumber, formatPercent } from '@fdr/core/relations';
import { formatTable, type Column } from '../../src/terminal/table.js';
import { cutTo, hangingText, onOneLine, widthOf } from '../../src/terminal/text.js';

const columns: readonly Column[] = [
  { title: 'ID', rank: 0 },
  { title: 'NAME', rank: 2 },
  { title: 'RATIO', rank: 1, alignment: 'right' },
];
const rows = [
  ['first', 'über', '1.05'],
  ['second-one', '猫🐈', '33'],
];

describe('formatTable', () => {
  it.each([
    [undefined, 'ID          NAME  RATIO\nfirst       über   1.05\nsecond-one  猫🐈     33\n'],
    [22, 'ID          RATIO\nfirst        1.05\nsecond-one     33\n'],
    [16, 'ID\nfirst\nsecond-one\n'],
    [5, 'ID\nfirst\nseco…\n'],
  ])('fits %s columns', (width, text) => expect(formatTable(columns, rows, width)).toBe(text));

  it.each([
    [undefined, 'ID     MEANING\nfirst  one two three\n'],
    [31, 'ID     MEANING\nfirst  one two three\n'],
    [18, 'ID     MEANING\nfirst\n    one two three\n'],
    [12, 'ID\n    MEANING\nfirst\n    one two\n    three\n'],
  ])('wraps a last column that wraps, to %s columns', (width, text) => {
    const wrapping: readonly Column[] = [
      { title: 'ID', rank: 0 },
      { title: 'MEANING', rank: 0, wraps: true },
    ];
    expect(formatTable(wrapping, [['first', 'one two three']], width)).toBe(text);
  });

  it('lets no cell break or drive the terminal', () => {
    expect(formatTable(columns, [['a\n\u001b[2Jb', '\u202ex', '']])).toBe(
      'ID        NAME  RATIO\na [2Jb  x\n'.replace('ID        ', 'ID      '),
    );
  });
});

describe('text', () => {
  it('is measured in columns', () => {
    expect([widthOf('abc'), widthOf('猫'), widthOf('👩‍🚀'), widthOf('e\u0301')]).toEqual([3, 2, 2, 1]);
    expect([cutTo('猫猫猫', 4), cutTo('abc', 3), cutTo('abcd', 3)]).toEqual(['猫…', 'abc', 'ab…']);
    expect(onOneLine(' a\r\n\tb\u0000\u009bc ')).toBe('a b c');
  });
});

describe('hangingText', () => {
  it('keeps the spaces inside a line, and a word that is too long', () => {
    const text = '10.43       = 10.34       off by 0.004452';
    expect(hangingText('(26)  ', text, 80)).toBe(`(26)  ${text}`);
    expect(hangingText('(26)  ', text, 34)).toBe('(26)  10.43       = 10.34\n      off by 0.004452');
    expect(hangingText('a  ', 'one 0123456789012345678901234567890 two', 27)).toBe(
      'a  one\n   0123456789012345678901234567890\n   two',
    );
  });

  it('leaves no space behind a heading without text', () => {
    expect(hangingText('name  ', '', 80)).toBe('name');
  });
});

describe('numbers', () => {
  it.each([
    [formatMeasured(1.05512), '1.055'],
    [formatMeasured(0.0000325), '3.250e-5'],
    [formatMeasured(1e300), '1.000e300'],
    [formatMeasured(0), '0'],
    [formatMeasured(-0.5), '-0.5000'],
    [formatMeasured(NaN), 'NaN'],
    [formatMeasured(-Infinity), '−∞'],
    [formatNumber(0.1 * 0.9 * 0.9 * 0.9), '0.0729'],
    [formatNumber(1e-9), '1e-9'],
    [formatPercent(0.97123), '97.12 %'],
    [formatPercent(NaN), 'NaN'],
    [formatDuration(0), '0:00'],
    [formatDuration(59.6), '1:00'],
    [formatDuration(3600 * 7 + 61), '7:01:01'],
    [formatDuration(86400 * 30), '30 d'],
    [formatDuration(Infinity), '?'],
    [formatDuration(-1), '?'],
  ])('%s is %s', (text, expected) => expect(text).toBe(expected));
});
