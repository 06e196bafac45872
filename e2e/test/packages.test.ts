import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect, test } from '@playwright/test';
import { listRuns } from '@fdr/run-store';
import { publint } from 'publint';
import { build } from 'vite';
import { startFdr, type FdrProcess } from '../src/fdr-process.js';
import { consumerProject, type ConsumerProject } from '../src/packages/consumer-project.js';
import { publishedPackages, ROOT } from '../src/packages/published-packages.js';
import { readmeBlocks } from '../src/packages/readme-blocks.js';

const packages = publishedPackages();
const entries = packages.flatMap((published) => published.entries);

// One project for all tests, hence one worker.
test.describe.configure({ mode: 'default' });
let project: ConsumerProject;
test.beforeAll(async () => {
  project = await consumerProject(packages);
});
test.afterAll(() => project.remove());

/** Bytes of the program that a bundler makes of a module. */
async function bundledSize(code: string): Promise<number> {
  await project.write('web/main.js', code);
  const entry = join(project.folder, 'web/main.js');
  const options = { write: false, minify: true, lib: { entry, formats: ['es' as const] } };
  const [bundle] = [
    await build({ root: join(project.folder, 'web'), configFile: false, logLevel: 'error', build: options }),
  ].flat();
  if (!bundle || !('output' in bundle)) throw new Error('the bundler left nothing');
  return bundle.output.reduce((bytes, file) => bytes + (file.type === 'chunk' ? file.code.length : 0), 0);
}

const installedFdr = (...args: string[]): FdrProcess =>
  startFdr(args, { cwd: project.folder, program: join(project.folder, 'node_modules/@fdr/cli/bin/fdr.mjs') });

test('a package has its README, its licence and its words for a search', async () => {
  const licence = await readFile(join(ROOT, 'LICENSE'), 'utf8');
  for (const { name } of packages) {
    const installed = join(project.folder, 'node_modules', name);
    expect(await readFile(join(installed, 'LICENSE'), 'utf8'), name).toBe(licence);
    expect(await readFile(join(installed, 'README.md'), 'utf8'), name).toMatch(new RegExp(`^# ${name}\n`));
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { keywords?: unknown[] };
    expect(manifest.keywords?.length, name).toBeGreaterThan(1);
  }
});

test('publint and attw find nothing in a tarball', async () => {
  for (const [index, { name, entries }] of packages.entries()) {
    const bytes = await readFile(project.tarballs[index] ?? '');
    const tarball = new Uint8Array(bytes);
    const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    expect(messages, name).toEqual([]);

    const types = await checkPackage(createPackageFromTarballData(tarball));
    expect(types.types !== false, name).toBe(entries.length > 0);
    // `require` gets the module itself, as Node does since 20.19. Node 10 knew no exports.
    const problems = (types.types === false ? [] : types.problems).filter(
      (problem) =>
        problem.kind !== 'CJSResolvesToESM' &&
        !('resolutionKind' in problem && problem.resolutionKind === 'node10' && problem.kind === 'NoResolution'),
    );
    expect(problems, name).toEqual([]);
  }
});

test('every entry can be imported and required, and is the same module', async () => {
  await project.write(
    'entries.mjs',
    `import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    for (const entry of ${JSON.stringify(entries)}) {
      const imported = await import(entry);
      if (Object.keys(imported).length === 0 || require(entry) !== imported) throw new Error(entry);
      require(entry.split('/').slice(0, 2).join('/') + '/package.json');
      console.log(entry);
    }`,
  );
  const { output, failed } = await project.node('entries.mjs');
  expect(failed, output).toBe(false);
  for (const entry of entries) expect(output).toContain(`${entry}\n`);
});

/** What is wrong with types of the project's own modules and of ours. TensorFlow.js and its like have faults of their own. */
async function typeFaults(files: readonly string[], resolution: 'nodenext' | 'bundler'): Promise<string[]> {
  const modules = entries.map((entry, index) => `export * as e${index} from '${entry}';\n`);
  await project.write('consumer.ts', modules.join(''));
  const { output } = await project.tsc(['consumer.ts', ...files], resolution);
  for (const entry of entries)
    expect(output).toContain(`/node_modules/${entry.split('/').slice(0, 2).join('/')}/dist/`);
  return output.split('\n').filter((line) => /^(consumer|readme|node_modules\/@fdr)\b.*error TS/.test(line));
}

test('types hold for a bundler, declarations checked', async () => {
  expect(await typeFaults([], 'bundler')).toEqual([]);
});

test('a bundler takes what is imported', async () => {
  const average = "import { halfRunningAverage } from '@fdr/core/relations';\nconsole.log(halfRunningAverage);";
  const bytes = await bundledSize(average);
  test.info().annotations.push({ type: 'bytes of the average', description: String(bytes) });
  expect(bytes).toBeLessThan(4000);
  // Together with TensorFlow.js.
  expect(await bundledSize("import { train } from '@fdr/core';\nconsole.log(train);")).toBeGreaterThan(100_000);
});

test('the installed command line trains, and serves its page', async () => {
  const trained = await installedFdr(
    'train',
    '--dataset',
    'synthetic',
    '--epochs',
    '1',
    '--threads',
    '1',
    '--no-dashboard',
  ).exited;
  expect(trained.exitCode, trained.stderr).toBe(0);
  const serving = installedFdr('serve', '--port', '0');
  const [url] = await serving.waitForOutput(/http:\/\/127\.0\.0\.1:\d+/);
  const page = await (await fetch(url)).text();
  const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(page) ?? [];
  const answer = await fetch(new URL(script, url));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
  expect(await (await fetch(new URL('api/runs', url))).text()).toContain('"finished"');
  serving.kill('SIGINT');
  await serving.exited;
});

test('types hold under nodenext, declarations checked, and the code of every README runs', async () => {
  // A hundred epochs take minutes, and a reader has a run with another id.
  const { runs } = await listRuns(join(project.folder, 'runs'));
  const blocks = readmeBlocks('ts');
  expect(blocks.length).toBeGreaterThan(packages.length);
  for (const { name, code } of blocks) {
    const shorter = code.replace('epochs: 100,', 'epochs: 1,');
    await project.write(`readme/${name}.ts`, shorter.replace('20190506-143000-mnist-mlp-9f86d081', runs[0]?.id ?? ''));
  }
  const files = blocks.map(({ name }) => `readme/${name}.ts`);
  expect(await typeFaults(files, 'nodenext')).toEqual([]);
  for (const { name } of blocks) {
    const { failed, output } = await project.node(`dist/readme/${name}.js`);
    expect(failed, `${name}: ${output}`).toBe(false);
  }
});

test('the commands of every README exist, with their flags', async () => {
  const helps = new Map<string, string>();
  const commands = readmeBlocks('sh').flatMap(({ code }) => [...code.matchAll(/^(?:npx )?fdr ([^#\n]*[^#\n ])/gm)]);
  expect(commands.length).toBeGreaterThan(20);
  for (const [, words = ''] of commands) {
    const [command = '', second = ''] = words.split(' ');
    const name = command === 'runs' ? `${command} ${second}` : command;
    helps.set(name, helps.get(name) ?? (await installedFdr(...name.split(' '), '--help').exited).stdout);
    expect(helps.get(name), words).toContain(`fdr ${name}`);
    for (const [flag] of words.matchAll(/--[a-z][a-z0-9-]*/g)) expect(helps.get(name), words).toContain(flag);
  }
});
