// How much FDR survives: npm run bench:trust -- [--kills 100] [--faults 200] [--rounds 8]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readFaultCatalogue } from './fault-catalogue.js';
import { runBrowserTests, runUnitTests, type TestResults } from './test-results.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    /** Kills at random times. */
    kills: { type: 'string', default: '100' },
    /** Operations on the disk that go wrong, drawn at random. */
    faults: { type: 'string', default: '200' },
    /** Windows with each number of viewers. */
    rounds: { type: 'string', default: '8' },
  },
});

const crashReport = z.object({
  summaries: z.array(z.object({ kills: z.number(), refused: z.record(z.string(), z.number()), survived: z.number() })),
});
const viewersReport = z.array(
  z.object({
    viewers: z.number(),
    ratio: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
    connected: z.number(),
    complete: z.number(),
    bytesPerViewer: z.number(),
  }),
);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Prints what is about to be measured: it takes minutes. */
function announce(text: string): void {
  process.stderr.write(`${text} ...\n`);
}

/** Runs one of npm's scripts of a workspace. @returns its output */
async function runScript(workspace: string, script: string, args: readonly string[]): Promise<string> {
  const child = spawn('npm', ['run', script, '--workspace', workspace, '--silent', '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return output;
}

async function crashes(): Promise<readonly string[][]> {
  announce(`${options.kills} kills at random times, ${options.faults} operations on the disk that go wrong`);
  const folder = mkdtempSync(join(tmpdir(), 'fdr-trust-'));
  try {
    const out = join(folder, 'crash-test.json');
    await runScript('e2e', 'test:crash', ['--kills', options.kills, '--sample', options.faults, '--out', out]);
    const { summaries } = crashReport.parse(JSON.parse(readFileSync(out, 'utf8')));
    const kills = sumOf(summaries.map((summary) => summary.kills));
    const refused = sumOf(summaries.flatMap((summary) => Object.values(summary.refused)));
    const survived = sumOf(summaries.map((summary) => summary.survived));
    return [['kills and refused operations survived', `${survived} of ${kills + refused} (${kills} kills)`]];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function allTests(): Promise<readonly TestResults[]> {
  const workspaces = ['packages', 'apps']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((workspace) => existsSync(join(workspace, 'test')));
  const results: TestResults[] = [];
  for (const workspace of workspaces) {
    announce(`tests of ${workspace.slice(root.length)}`);
    results.push(await runUnitTests(workspace));
  }
  announce('tests in a browser');
  return [...results, await runBrowserTests(join(root, 'e2e'))];
}

async function faults(): Promise<readonly string[][]> {
  const results = await allTests();
  const passed = new Set(results.flatMap((result) => result.passed));
  const failed = results.flatMap((result) => result.failed);
  const catalogue = readFaultCatalogue(readFileSync(join(root, 'docs/faults.md'), 'utf8'));
  const survived = catalogue.filter(({ tests }) => tests.length > 0 && tests.every((test) => passed.has(test)));
  const others = catalogue.filter((fault) => !survived.includes(fault)).map(({ id }) => id);
  return [
    [
      'faults survived',
      `${survived.length} of ${catalogue.length}${others.length > 0 ? `, not ${others.join(', ')}` : ''}`,
    ],
    ['random and damaged inputs tried', String(sumOf(results.map(({ inputs }) => inputs)))],
    ...(failed.length > 0 ? [['files of tests that failed', failed.join(', ')]] : []),
  ];
}

async function viewers(): Promise<readonly string[][]> {
  announce('1,000 viewers of a training');
  const args = ['--viewers', '1000', '--rounds', options.rounds, '--json'];
  const [cost] = viewersReport.parse(JSON.parse(await runScript('apps/cli', 'bench:viewers', args)));
  if (cost === undefined) throw new Error('no viewers were measured');
  const { ratio } = cost;
  return [
    ['viewers connected, with the whole history', `${cost.connected}, ${cost.complete} of ${cost.viewers}`],
    ['KiB of memory a viewer', (cost.bytesPerViewer / 1024).toFixed(0)],
    [
      'a step with them, times one without',
      `${ratio.mean.toFixed(3)} (95 %: ${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})`,
    ],
  ];
}

const rows = [...(await viewers()), ...(await crashes()), ...(await faults())];
const width = Math.max(...rows.map(([name = '']) => name.length));
for (const [name = '', value = ''] of rows) process.stdout.write(`${name.padEnd(width)}  ${value}\n`);
