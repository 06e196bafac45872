import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';

/** What the tests of a workspace have shown. */
export interface TestResults {
  /** Files of which a test has passed and none has failed, as `run-store/test/lock.test.ts`. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Random inputs that were tried. */
  readonly inputs: number;
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), meta: z.object({ inputs: z.number().optional() }).optional() }),
      ),
    }),
  ),
});

/** Runs the unit tests of a workspace. */
export async function runUnitTests(workspace: string): Promise<TestResults> {
  const report = vitestReport.parse(
    await reportOf(workspace, (file) => ['vitest', 'run', '--reporter=json', `--outputFile=${file}`]),
  );
  const files = report.testResults.map(({ name, assertionResults }) => ({
    name: join(basename(workspace), relative(workspace, name)),
    statuses: assertionResults.map(({ status }) => status),
  }));
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return { ...byOutcome(files), inputs: tests.reduce((sum, { meta }) => sum + (meta?.inputs ?? 0), 0) };
}

interface Suite {
  readonly file: string;
  readonly specs: readonly { readonly tests: readonly { readonly status: string }[] }[];
  readonly suites?: readonly Suite[] | undefined;
}
const suite: z.ZodType<Suite> = z.object({
  file: z.string(),
  specs: z.array(z.object({ tests: z.array(z.object({ status: z.string() })) })),
  get suites() {
    return z.array(suite).optional();
  },
});
const playwrightReport = z.object({ suites: z.array(suite) });

/** Runs the tests in a browser. */
export async function runBrowserTests(workspace: string): Promise<TestResults> {
  const report = playwrightReport.parse(await reportOf(workspace, () => ['playwright', 'test', '--reporter=json']));
  const files = report.suites.map((top) => ({
    name: `${basename(workspace)}/test/${top.file}`,
    statuses: statusesOf(top).map((status) => ({ expected: 'passed', skipped: 'skipped' })[status] ?? 'failed'),
  }));
  return { ...byOutcome(files), inputs: 0 };
}

const statusesOf = ({ specs, suites = [] }: Suite): string[] => [
  ...specs.flatMap(({ tests }) => tests.map(({ status }) => status)),
  ...suites.flatMap(statusesOf),
];

function byOutcome(files: readonly { readonly name: string; readonly statuses: readonly string[] }[]) {
  const failed = files.filter(({ statuses }) => statuses.includes('failed'));
  const passed = files.filter((file) => !failed.includes(file) && file.statuses.includes('passed'));
  return { passed: passed.map(({ name }) => name), failed: failed.map(({ name }) => name) };
}

/** Runs `npx` with arguments that make it write a report as JSON into a file. */
async function reportOf(cwd: string, argumentsFor: (file: string) => readonly string[]): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'fdr-trust-'));
  const file = join(folder, 'report.json');
  try {
    const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
    // A failure is read from the report.
    await once(spawn('npx', argumentsFor(file), { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
