import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Backend } from '@fdr/training';

/** What `fdr doctor` found out about a backend. */
export interface BackendCheck {
  readonly backend: Backend;
  /** It computed something, and rightly. */
  readonly works: boolean;
  /** Why not, and what to do; empty where it works. */
  readonly detail: string;
  /** Defect of the identity of FDR1 over a few steps; see `testIdentity`. */
  readonly defect?: number;
  readonly milliseconds?: number;
}

/** Milliseconds after which a library that hangs is killed. */
const TIMEOUT = 60_000;

/** Tries a backend by letting it train a few steps, in a process of its own. */
export function checkBackend(backend: Backend, threads: number): Promise<BackendCheck> {
  const name = `./backend-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  return new Promise((resolve) => {
    const fail = (detail: string) => resolve({ backend, works: false, detail });
    child.once('message', (result) => resolve(result as BackendCheck));
    child.once('error', (error) => fail(`its process does not start: ${error.message}`));
    child.once('close', (code, signal) => {
      const last = errors.trim().split('\n').at(-1) ?? '';
      fail(`its process ended with ${signal ?? code}${last === '' ? '' : `: ${last}`}`);
    });
    child.send({ backend, threads });
  });
}
