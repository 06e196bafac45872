import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cellsOf = (row: string) => row.replaceAll('\\|', '¦').split('|').slice(1, -1);
const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const rows = readFileSync(`${root}docs/paper.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map(cellsOf);

describe('docs/paper.md', () => {
  it.each(rows)('%s %s leads to %s in %s', (_symbol, _meaning, identifiers, location, equation) => {
    const [first = '', ...more] = quoted(location);
    // A second file of the same folder is named by its name alone.
    const files = [first, ...more.map((name) => (name.includes('/') ? name : `${dirname(first)}/${name}`))];
    expect(files.filter((file) => !existsSync(root + file))).toEqual([]);
    const text = files.map((file) => readFileSync(root + file, 'utf8')).join('\n');
    const names = quoted(identifiers).filter((name) => name !== '...');
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
    expect(equation.trim()).not.toBe('');
  });
});
