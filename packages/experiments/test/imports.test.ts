import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const register = new URL('../../../register.mjs', import.meta.url).href;

it('no general part imports anything of the paper; the two entries alone do', async () => {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'));
  expect(files).toContain(join('paper', 'plan', 'plan.ts'));
  const importing = [];
  for (const file of files.filter((name) => !name.startsWith('paper')))
    if (/from '[./]+\/paper\//.test(await readFile(join(source, file), 'utf8'))) importing.push(file);
  expect(importing.sort()).toEqual(['index.ts', 'planning.ts']);
});

/** The packages that importing a module loads. */
async function packagesLoadedBy(module: string): Promise<Set<string>> {
  // A module hook sees every file that is loaded, whatever kind of module it is.
  const hook = `export async function load(url, context, next) {
    const found = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/g;
    for (const [, name] of url.matchAll(found)) process._rawDebug('loaded ' + name);
    return next(url, context);
  }`;
  const program = `
    import { createRequire, Module, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    await import(${JSON.stringify(module)});
    for (const path of Object.keys(Module._cache)) process._rawDebug('loaded ' + path.split('node_modules/').at(-1));
  `;
  const args = ['--conditions=@fdr/source', '--import', register, '--input-type=module', '-e', program];
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: source });
  const names = stderr.matchAll(/^loaded ((?:@[^/\s]+\/)?[^/\s]+)/gm);
  return new Set([...names].flatMap(([, name]) => name ?? []));
}

it('planning loads nothing that trains or draws', async () => {
  const heavy = ['@tensorflow/tfjs', '@tensorflow/tfjs-core', 'onnxruntime-node', 'echarts', '@resvg/resvg-js'];
  const loaded = await packagesLoadedBy('@fdr/experiments/planning');
  expect(loaded).toContain('zod');
  expect(heavy.filter((name) => loaded.has(name))).toEqual([]);
});

it.each(['echarts/core', '@resvg/resvg-js'])('the packages that importing %s loads are seen', async (module) => {
  const loaded = await packagesLoadedBy(module);
  expect([...loaded].filter((name) => module.startsWith(name))).toHaveLength(1);
});
