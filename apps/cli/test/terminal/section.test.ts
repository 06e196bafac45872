import { describe, expect, it } from 'vitest';
import { formatSections, type Section } from '../../src/terminal/section.js';

const sections: readonly Section[] = [
  ['run', [['id', 'first']]],
  ['nothing', []],
  [
    'configuration',
    [
      ['schedule', 'step (everyEpochs 100, divisor 10)'],
      ['seed', '1'],
    ],
  ],
];

describe('formatSections', () => {
  it('aligns the values of each section, and leaves out empty sections', () => {
    expect(formatSections(sections)).toBe(
      'run\n  id  first\n\nconfiguration\n  schedule  step (everyEpochs 100, divisor 10)\n  seed      1\n',
    );
  });

  it('wraps a long value beside its name', () => {
    expect(formatSections(sections, 36)).toContain(
      '\n  schedule  step (everyEpochs 100,\n            divisor 10)\n  seed      1\n',
    );
  });

  it('wraps a long value below its name where there is no room beside it', () => {
    expect(formatSections(sections, 35)).toContain(
      '\n  schedule\n    step (everyEpochs 100, divisor\n    10)\n  seed  ',
    );
  });

  it('lets no value break or drive the terminal', () => {
    expect(formatSections([['run', [['name', 'a\n\u001b[2Jb']]]])).toBe('run\n  name  a [2Jb\n');
  });
});
