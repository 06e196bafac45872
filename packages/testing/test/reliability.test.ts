import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readFaultCatalogue, testsNamedIn } from '../../../e2e/src/trust/fault-catalogue.js';

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

it.each([...new Set(testsNamedIn(read('reliability.md')))])(
  'docs/reliability.md names a test that there is: %s',
  (name) => {
    expect(tests.filter((path) => path.endsWith(name))).not.toEqual([]);
  },
);

describe('docs/faults.md', () => {
  const rows = readFaultCatalogue(read('faults.md'));

  it('has each fault of the catalogue once', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 48 }, (_, index) => `F${index + 1}`));
  });

  it.each(rows)(
    'names tests that there are for $id, or says that it is not built',
    ({ fault, outcome, shownBy, tests: named }) => {
      expect(fault).not.toBe('');
      expect(shownBy === '').toBe(outcome === 'not built');
      expect(tests).toEqual(expect.arrayContaining([...named]));
      expect(named.map((name) => `\`${name}\``).join(', ')).toBe(shownBy);
    },
  );
});
