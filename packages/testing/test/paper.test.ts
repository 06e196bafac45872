import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));

interface Row {
  readonly equation: string;
  readonly meaning: string;
  readonly identifiers: readonly string[];
  readonly files: readonly string[];
}

const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, group = '']) => group);

const rows: readonly Row[] = readFileSync(join(docs, 'paper.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => {
    const [equation = '', meaning = '', identifiers = '', files = ''] = line
      .replaceAll('\\|', '¦')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return {
      equation,
      meaning,
      identifiers: matches(identifiers, /`([^`]+)`/g),
      files: matches(files, /\]\(([^)]+)\)/g),
    };
  });

describe('docs/paper.md', () => {
  it.each(rows)('$equation, $meaning: $identifiers', ({ meaning, identifiers, files }) => {
    if (files.length === 0) {
      expect(meaning).toMatch(/^not used|unmeasured/);
      return;
    }
    expect(files.filter((file) => !existsSync(join(docs, file)))).toEqual([]);
    const text = files.map((file) => readFileSync(join(docs, file), 'utf8')).join('\n');
    expect(identifiers).not.toEqual([]);
    expect(identifiers.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });

  it('tells of every numbered equation, in the order of the paper', () => {
    const numbers = rows.flatMap(({ equation }) => matches(equation, /\((\d+)\)/g).map(Number));
    expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 29 }, (_, index) => index + 1)));
    expect(numbers.filter((number, index) => number < (numbers[index - 1] ?? 0) - 2)).toEqual([]);
    const named = rows.map(({ equation }) => equation);
    for (const name of ['(FDT)', '(FDR1)', "(FDR1')", '(FDR2)', 'figure 1', 'figure 2', 'figure 3', 'figure 4'])
      expect(named).toContain(name);
  });
});
