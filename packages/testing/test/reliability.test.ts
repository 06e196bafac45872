import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Paths of all tests, as `run-store/test/lock.test.ts` and `e2e/test/resume.test.ts`. */
const tests = ['packages', 'apps', '.'].flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((workspace) => {
    try {
      const found = readdirSync(join(root, folder, workspace, 'test'), { recursive: true, encoding: 'utf8' });
      return found.map((name) => `${workspace}/test/${name}`);
    } catch {
      return [];
    }
  }),
);

const read = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');
const testsNamedIn = (text: string): string[] =>
  [...text.matchAll(/`([^`*]+\.test\.ts)`/g)].map(([, name = '']) => name);

it.each([...new Set(testsNamedIn(read('reliability.md')))])(
  'docs/reliability.md names a test that there is: %s',
  (name) => {
    expect(tests.filter((path) => path.endsWith(name))).not.toEqual([]);
  },
);

describe('docs/faults.md', () => {
  const rows = read('faults.md')
    .split('\n')
    .filter((line) => /^\| F\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, id = '', fault = '', outcome = '', shownBy = '']) => ({ id, fault, outcome, shownBy }));

  it('has each fault of the catalogue once', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 48 }, (_, index) => `F${index + 1}`));
  });

  it.each(rows)('names tests that there are for $id, or says that it is not built', ({ fault, outcome, shownBy }) => {
    expect(fault).not.toBe('');
    expect(shownBy === '').toBe(outcome === 'not built');
    const named = testsNamedIn(shownBy);
    expect(tests).toEqual(expect.arrayContaining(named));
    expect(named.map((name) => `\`${name}\``).join(', ')).toBe(shownBy);
  });
});
