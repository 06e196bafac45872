import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The program that `npx fdr` starts. */
export const PROGRAM = join(dirname(createRequire(import.meta.url).resolve('@fdr/cli/package.json')), 'bin/fdr.mjs');

/** Where and with what environment a command is started. */
export interface ProcessOptions {
  /** The working directory; `fdr` creates `runs` in it. */
  readonly cwd: string;
  /** Variables added to the environment of the caller. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The program; the one of this checkout by default. */
  readonly program?: string;
}

/** How a process ended, and all that it printed. */
export interface ProcessResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under test, watched from outside. */
export interface FdrProcess {
  /** What it has printed so far on its standard output. */
  readonly stdout: () => string;
  /** Resolves with the first match in its output, on either stream. Rejects if it ends without one. */
  readonly waitForOutput: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Closes our end of its standard output, as `head -1` does. */
  readonly closeStdout: () => void;
  readonly exited: Promise<ProcessResult>;
}

/** A process on a terminal of its own. */
export interface TerminalProcess extends FdrProcess {
  /** Types on its terminal. Ctrl-C is `\u0003`. */
  readonly type: (text: string) => void;
}

/** Starts the built `fdr` with these arguments. */
export function startFdr(args: readonly string[], options: ProcessOptions): FdrProcess {
  return start([process.execPath, options.program ?? PROGRAM, ...args], options);
}

/** Starts the built `fdr` on a terminal, made by `script` of util-linux. */
export function startFdrOnTerminal(args: readonly string[], options: ProcessOptions): TerminalProcess {
  const command = [process.execPath, PROGRAM, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
  // `exec`: a shell that stayed would get the Ctrl-C as well, and some shells then exit with 130 whatever the program's code was.
  return start(['script', '-qefc', `exec ${command}`, '/dev/null'], options);
}

function start([program = '', ...args]: readonly string[], { cwd, env }: ProcessOptions): TerminalProcess {
  // Playwright asks for colours in its environment; a person's shell does not.
  const noColourSettings = { FORCE_COLOR: undefined, NO_COLOR: undefined, DEBUG_COLORS: undefined };
  const child = spawn(program, args, { cwd, env: { ...process.env, ...noColourSettings, ...env } });
  const output = { stdout: '', stderr: '' };
  const changes = new EventEmitter();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      changes.emit('change');
    });
  }
  let closed = false;
  const exited = once(child, 'close').then(() => {
    closed = true;
    changes.emit('change');
    return { exitCode: child.exitCode, signal: child.signalCode, ...output };
  });
  return {
    stdout: () => output.stdout,
    waitForOutput: async (pattern) => {
      for (;;) {
        const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (match) return match;
        if (closed) throw new Error(`it ended without printing ${pattern}:\n${output.stdout}${output.stderr}`);
        await once(changes, 'change');
      }
    },
    kill: (signal) => {
      child.kill(signal);
    },
    closeStdout: () => {
      child.stdout.destroy();
    },
    type: (text) => {
      child.stdin.write(text);
    },
    exited,
  };
}
