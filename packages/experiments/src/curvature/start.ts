import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CurvatureRequest } from './estimate.js';
import { writeCurvature, type CurvatureRecord } from './record.js';

/** Characters of the process's error output that are kept. */
const ERROR_LENGTH = 2000;

/** The message of the process once it has computed the estimate, or failed. */
export type CurvatureResponse =
  { readonly ok: true; readonly record: CurvatureRecord } | { readonly ok: false; readonly reason: string };

/** A curvature estimate that is being computed. */
export interface CurvatureProcess {
  /** Resolves once the estimate is stored, rejects with the reason of the failure. */
  readonly ended: Promise<CurvatureRecord>;
  /** Ends the process; nothing is stored then. */
  readonly stop: () => void;
}

/**
 * Computes a curvature estimate in a process of its own and stores it. The process has a process group of its own, so that Ctrl-C in a
 * terminal reaches it through `stop` alone.
 *
 * @param request the run, and the size of the estimate
 * @param file path of the estimate; its folder is created if it does not exist
 */
export function startCurvatureEstimate(request: CurvatureRequest, file: string): CurvatureProcess {
  const main = `./process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(main, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERROR_LENGTH);
  });
  const response = new Promise<CurvatureResponse>((resolve) => {
    child.once('message', (message) => resolve(message as CurvatureResponse));
    child.once('error', (error) => resolve({ ok: false, reason: error.message }));
    child.once('close', (code, signal) =>
      resolve({ ok: false, reason: errors.trim() || `its process ended with ${signal ?? code ?? 'no exit code'}` }),
    );
  });
  child.send(request);
  return { ended: response.then((message) => store(message, file)), stop: () => void child.kill('SIGTERM') };
}

async function store(response: CurvatureResponse, file: string): Promise<CurvatureRecord> {
  if (!response.ok) throw new Error(response.reason);
  await mkdir(dirname(file), { recursive: true });
  await writeCurvature(file, response.record);
  return response.record;
}
