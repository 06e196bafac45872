import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCycle } from '../src/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const workspaces = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);

/** The folders of a workspace's sources, and those that the files of each import from; its top folder is `.`. */
function importedFolders(workspace: string): Map<string, Set<string>> {
  const sources = join(root, workspace, 'src');
  const folders = new Map<string, Set<string>>();
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true })) {
    // An entry file puts a package together out of everything below it.
    if (!entry.isFile() || entry.name === 'index.ts' || !/\.(ts|vue)$/.test(entry.name)) continue;
    const folder = relative(sources, entry.parentPath) || '.';
    const imported = folders.get(folder) ?? new Set<string>();
    folders.set(folder, imported);
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, path = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
      const target = relative(sources, dirname(join(entry.parentPath, path))) || '.';
      if (target !== folder) imported.add(target);
    }
  }
  return folders;
}

describe('folders do not import in a circle', () => {
  it.each(workspaces)('%s', (workspace) => {
    const folders = importedFolders(workspace);
    // The top folder holds what the others build on beside what puts them together; `import-x/no-cycle` looks at its files one by one.
    folders.delete('.');
    expect(findCycle(folders)).toBeUndefined();
  });
});

describe('a circle', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
    new Map(Object.entries(edges).map(([node, targets]) => [node, new Set(targets)]));

  it('is found where there is one', () => {
    expect(findCycle(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b']);
  });

  it('is not found where two ways lead to the same folder', () => {
    expect(findCycle(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toBeUndefined();
  });
});
