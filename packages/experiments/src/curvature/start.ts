import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCurvature, type CurvatureRecord } from './record.js';
import type { CurvatureRequest } from './estimate.js';

export type CurvatureAnswer =
  { readonly ok: true; readonly record: CurvatureRecord } | { readonly ok: false; readonly reason: string };

export interface CurvatureProcess {
  /** Resolves when the record stands in its file, rejects with why there is none. */
  readonly ended: Promise<CurvatureRecord>;
  stop(): void;
}

/** Makes an estimate in a process of its own, in a process group of its own, and writes what it finds to a file. */
export function startCurvatureEstimate(order: CurvatureRequest, file: string): CurvatureProcess {
  const name = `./process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  const answered = new Promise<CurvatureAnswer>((resolve) => {
    child.once('message', (said) => resolve(said as CurvatureAnswer));
    child.once('error', (error) => resolve({ ok: false, reason: error.message }));
    child.once('close', (code, signal) =>
      resolve({ ok: false, reason: errors.trim() || `its process ended with ${signal ?? code}` }),
    );
  });
  child.send(order);
  return { ended: answered.then((answer) => kept(answer, file)), stop: () => void child.kill('SIGTERM') };
}

async function kept(answer: CurvatureAnswer, file: string): Promise<CurvatureRecord> {
  if (!answer.ok) throw new Error(answer.reason);
  await mkdir(dirname(file), { recursive: true });
  await writeCurvature(file, answer.record);
  return answer.record;
}
