import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PROGRAM = join(dirname(createRequire(import.meta.url).resolve('@fdr/cli/package.json')), 'bin/fdr.mjs');

export interface Place {
  /** Where the command is started; `runs` is made there. */
  readonly folder: string;
  /** On top of the caller's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that was started, watched from outside. */
export interface Started {
  readonly stdout: () => string;
  /** Resolves with the first match in what it has printed, on either stream. Rejects if it ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Closes our end of its output, as `head -1` does. */
  readonly stopReading: () => void;
  readonly ended: Promise<Ended>;
}

/** Starts the built `fdr` as a person does who types these words. */
export function startFdr(words: readonly string[], place: Place): Started {
  return start([process.execPath, PROGRAM, ...words], place);
}

/** The same on a terminal of its own, made by `script` of util-linux. Ctrl-C is `\u0003` written to it. */
export function startFdrOnTerminal(words: readonly string[], place: Place): Started & { type(text: string): void } {
  const command = [process.execPath, PROGRAM, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // `exec`: a shell that stayed would get the Ctrl-C as well, and some then end with 130 whatever the program said.
  return start(['script', '-qefc', `exec ${command}`, '/dev/null'], place);
}

function start([program = '', ...rest]: readonly string[], { folder, environment }: Place) {
  // The runner of the tests asks for colours; a person's shell does not.
  const plain = { FORCE_COLOR: undefined, NO_COLOR: undefined, DEBUG_COLORS: undefined };
  const child = spawn(program, rest, { cwd: folder, env: { ...process.env, ...plain, ...environment } });
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
      changed();
    });
  }
  let over = false;
  const ended = once(child, 'close').then(() => {
    over = true;
    changed();
    return { exitCode: child.exitCode, signal: child.signalCode, ...text };
  });
  return {
    stdout: () => text.stdout,
    says: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.stdout) ?? pattern.exec(text.stderr);
          if (match === null && !over) return;
          listeners.delete(look);
          if (match) resolve(match);
          else reject(new Error(`it ended without saying ${String(pattern)}:\n${text.stdout}${text.stderr}`));
        };
        listeners.add(look);
        look();
      }),
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    type: (typed: string) => void child.stdin.write(typed),
    ended,
  };
}
