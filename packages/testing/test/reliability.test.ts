import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

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

const named = [...readFileSync(join(root, 'docs/reliability.md'), 'utf8').matchAll(/`([^`*]+\.test\.ts)`/g)].map(
  ([, name = '']) => name,
);

it.each([...new Set(named)])('docs/reliability.md names a test that there is: %s', (name) => {
  expect(tests.filter((path) => path.endsWith(name))).not.toEqual([]);
});
