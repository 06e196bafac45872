import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSurvey, type SurveyRecord } from './record.js';
import type { SurveyOrder } from './estimate.js';

export type SurveyAnswer =
  { readonly ok: true; readonly record: SurveyRecord } | { readonly ok: false; readonly reason: string };

export interface SurveyProcess {
  /** Resolves when the record stands in its file, rejects with why there is none. */
  readonly ended: Promise<SurveyRecord>;
  stop(): void;
}

/** Makes a survey in a process of its own, in a process group of its own, and writes what it finds to a file. */
export function startSurvey(order: SurveyOrder, file: string): SurveyProcess {
  const name = `./process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  const answered = new Promise<SurveyAnswer>((resolve) => {
    child.once('message', (said) => resolve(said as SurveyAnswer));
    child.once('error', (error) => resolve({ ok: false, reason: error.message }));
    child.once('close', (code, signal) =>
      resolve({ ok: false, reason: errors.trim() || `its process ended with ${signal ?? code}` }),
    );
  });
  child.send(order);
  return { ended: answered.then((answer) => kept(answer, file)), stop: () => void child.kill('SIGTERM') };
}

async function kept(answer: SurveyAnswer, file: string): Promise<SurveyRecord> {
  if (!answer.ok) throw new Error(answer.reason);
  await mkdir(dirname(file), { recursive: true });
  await writeSurvey(file, answer.record);
  return answer.record;
}
