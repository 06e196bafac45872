import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'fdr-turbo-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile());
for (const file of tracked.filter((name) => !/\.(png|csv|svg)$/.test(name))) cpSync(join(root, file), join(copy, file));

/** The hash of every workspace's tests, by its folder, as turbo sees the copy. */
function testHashes(): Map<string, string> {
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const text = execFileSync(turbo, ['run', 'test', '--dry=json', '--cwd', copy], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  const { tasks } = JSON.parse(text) as { tasks: { task: string; directory: string; hash: string }[] };
  return new Map(tasks.filter(({ task }) => task === 'test').map(({ directory, hash }) => [directory, hash]));
}

const workspaceOf = (file: string): string =>
  file
    .split(sep)
    .slice(0, file.startsWith('e2e') ? 1 : 2)
    .join(sep);

/** Files outside their own workspace that tests import or read, and the workspaces of these tests. */
function outsideFiles(): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>();
  for (const file of tracked.filter((name) => /^(packages\/[^/]+|apps\/[^/]+|e2e)\/(test|src)\/.*\.ts$/.test(name))) {
    const workspace = workspaceOf(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|new URL\() ?'(\.\.?\/[^']+)'/g)) {
      const target = relative(root, join(root, dirname(file), path)).replace(/\.js$/, '.ts');
      const isFile = statSync(join(root, target), { throwIfNoEntry: false })?.isFile() === true;
      if (!isFile || target.startsWith(workspace + sep) || !file.includes('/test/')) continue;
      readers.set(target, (readers.get(target) ?? new Set()).add(workspace));
    }
  }
  return readers;
}

describe('a change of a file that tests of other workspaces read', () => {
  const before = testHashes();
  const readers = outsideFiles();
  // Read by a path that is put together.
  for (const file of ['docs/paper.md', 'docs/faults.md', 'eslint.config.js'])
    readers.set(file, new Set(['packages/testing']));

  it.each([...readers].map(([file, workspaces]) => ({ file, workspaces: [...workspaces] })))(
    'runs them again: $file, read in $workspaces',
    ({ file, workspaces }) => {
      appendFileSync(join(copy, file), '\n');
      const after = testHashes();
      for (const workspace of workspaces) expect(after.get(workspace), workspace).not.toBe(before.get(workspace));
      cpSync(join(root, file), join(copy, file));
      expect(testHashes()).toEqual(before);
    },
  );

  it('runs no others: of the rules of the lint, those of the walls alone', () => {
    appendFileSync(join(copy, 'eslint.config.js'), '\n');
    const after = testHashes();
    cpSync(join(root, 'eslint.config.js'), join(copy, 'eslint.config.js'));
    const rerun = [...before.keys()].filter((workspace) => after.get(workspace) !== before.get(workspace));
    // The end-to-end tests run after all others.
    expect(rerun.toSorted()).toEqual(['e2e', 'packages/testing']);
  });

  it('is told from one that no test reads', () => {
    expect(readers.size).toBeGreaterThan(5);
    appendFileSync(join(copy, 'SECURITY.md'), '\n');
    expect(testHashes()).toEqual(before);
  });
});
