import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FDR } from './fdr.js';

/** What takes long to load, and is needed only where something trains, draws or serves. */
const HEAVY = /node_modules\/(@tensorflow|onnxruntime|echarts|@resvg|express|helmet|socket\.io)\//;

let folder: string;
let hook: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fdr-loading-'));
  const resolver = join(folder, 'resolver.mjs');
  await writeFile(
    resolver,
    `import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  writeSync(2, 'loads ' + found.url + '\\n');
  return found;
}
`,
  );
  hook = join(folder, 'hook.mjs');
  await writeFile(
    hook,
    `import { register } from 'node:module';\nregister(${JSON.stringify(pathToFileURL(resolver).href)});\n`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function loaded(...words: string[]): string[] {
  const { stderr } = spawnSync(process.execPath, ['--import', hook, FDR, ...words], { cwd: folder, encoding: 'utf8' });
  return stderr.split('\n').filter((line) => line.startsWith('loads '));
}

it.each([['--help'], ['runs ls'], ['train --help'], ['train --momentum 2'], ['reproduce --help']])(
  'fdr %s loads nothing that trains, draws or serves',
  (words) => {
    const modules = loaded(...words.split(' '));
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter((module) => HEAVY.test(module))).toEqual([]);
  },
);

it('fdr train --observables help loads what measures', () => {
  expect(loaded('train', '--observables', 'help').some((module) => HEAVY.test(module))).toBe(true);
});
