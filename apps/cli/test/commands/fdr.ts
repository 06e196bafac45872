import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export { temporaryFolder } from '@fdr/testing';

/** The program that people start. */
export const FDR = fileURLToPath(new URL('../../bin/fdr.mjs', import.meta.url));

/** Starts the built `fdr`, as people do, in a folder of its own. `npm test` builds it first. */
export function start(folder: string, ...words: string[]): ChildProcessWithoutNullStreams {
  return startWith({}, folder, ...words);
}

/** The same with variables added to the environment. */
export function startWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...words: string[]
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [FDR, ...words], { cwd: folder, env: { ...process.env, ...variables } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Waits for a process to end, and gathers what it says. */
export function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, errors })));
}

/** Runs `fdr` to its end. */
export function fdr(folder: string, ...words: string[]): Promise<Outcome> {
  return outcomeOf(start(folder, ...words));
}

/** The first thing that a process says. @throws Error with its last words where it ends before that */
export async function firstWords(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    void outcomeOf(child).then(({ code, errors }) => reject(new Error(`it ended with ${code}: ${errors}`)));
    child.stdout.once('data', resolve);
  });
}

/** Resolves once a process has printed the text. */
export function printed(child: ChildProcessWithoutNullStreams, wanted: string): Promise<void> {
  let text = '';
  return new Promise((resolve) =>
    child.stdout.on('data', (piece: string) => {
      text += piece;
      if (text.includes(wanted)) resolve();
    }),
  );
}

/** The values of a text with one JSON value on each line. */
export const jsonLines = <Value = Record<string, unknown>>(text: string): Value[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Value);
