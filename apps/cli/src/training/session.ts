import { on } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Acknowledgement, Command, Run, RunConfig } from '@fdr/records';
import { SCHEMA_VERSION } from '@fdr/records';
import { commit } from '../environment.js';
import { version } from '../program.js';
import { makeRunId } from '../run-folder/identity.js';
import { createRun } from '../run-folder/writer.js';
import type { Assignment, Order, Report } from './protocol.js';
import { failure, recordReports, type Outcome } from './reports.js';

export interface SessionOptions {
  readonly config: RunConfig;
  /** For people; empty where none was given. */
  readonly name: string;
  readonly tags?: readonly string[];
  readonly runsDirectory: string;
  /** Told of everything the training says, after it has been handed to the run folder. */
  readonly listen: (report: Report) => void;
  readonly warn: (message: string) => void;
}

/** One training, from its thread to its folder. */
export interface Session {
  readonly run: Run;
  readonly folder: string;
  /** How the training ended. Rejects with what it failed of. */
  readonly ended: Promise<Outcome>;
  /** Resolves once the training has taken the command in, which it does between two segments of steps. */
  command(command: Command): Promise<Acknowledgement>;
}

const ENDED: Acknowledgement = { ok: false, error: 'the training has ended' };

/** In development the thread runs from its source, as this file does. */
function startThread(assignment: Assignment): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: assignment });
  const register = fileURLToPath(new URL('../../../../register.mjs', import.meta.url));
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: assignment,
    execArgv: ['--conditions=source', '--import', register],
  });
}

/**
 * Prepares a training in a thread of its own, makes its run folder, and starts it.
 *
 * @throws UserError, DatasetError or RunFolderError, before any file is made, if it can't be prepared
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const thread = startThread({ config: options.config });
  const order = (message: Order): void => thread.postMessage(message);
  try {
    const prepared = await preparation(thread, options.listen);
    const now = new Date();
    const run: Run = {
      schemaVersion: SCHEMA_VERSION,
      id: makeRunId(options.name, now),
      name: options.name,
      tags: [...(options.tags ?? [])],
      createdAt: now.toISOString(),
      status: 'running',
      config: prepared.config,
      environment: {
        fdr: version(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        commit: await commit(),
        ...prepared.environment,
      },
      parameters: prepared.parameters,
      stepColumns: prepared.stepColumns,
      stepsPerEpoch: prepared.stepsPerEpoch,
    };
    const writer = await createRun(options.runsDirectory, run, { warn: options.warn });
    const waiting = new Map<string, (answer: Acknowledgement) => void>();
    let over = false;
    const answered = (commandId: string, answer: Acknowledgement): void => {
      waiting.get(commandId)?.(answer);
      waiting.delete(commandId);
    };
    const ended = recordReports(thread, writer, { ...options, answered }).finally(() => {
      over = true;
      for (const commandId of [...waiting.keys()]) answered(commandId, ENDED);
    });
    order({ type: 'start' });
    return {
      run,
      folder: writer.folder,
      ended,
      command: (command) => {
        if (over) return Promise.resolve(ENDED);
        order({ type: 'command', command });
        return new Promise((resolve) => waiting.set(command.commandId, resolve));
      },
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

async function preparation(
  thread: Worker,
  listen: SessionOptions['listen'],
): Promise<Extract<Report, { type: 'prepared' }>> {
  for await (const [report] of on(thread, 'message') as AsyncIterableIterator<[Report]>) {
    if (report.type === 'prepared') return report;
    if (report.type !== 'fetching') throw failure(report);
    listen(report);
  }
  throw new Error('the training thread said nothing');
}
