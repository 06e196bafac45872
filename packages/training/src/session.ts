import { on } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Acknowledgement, Command, Run, RunConfig } from '@fdr/records';
import { SCHEMA_VERSION } from '@fdr/records';
import { commit } from './commit.js';
import { TrainingError } from './training-error.js';
import { version } from './version.js';
import { makeRunId } from '@fdr/run-store';
import { continueRun, createRun, type RunWriter } from '@fdr/run-store';
import type { Assignment, Order, Report } from './worker-messages.js';
import { failure, recordReports, type Outcome } from './persist-messages.js';
import type { ResumePoint } from './resume-point.js';

interface SessionSetting {
  readonly runsDirectory: string;
  /** Seconds between two checkpoints to go on from, should the process die. */
  readonly checkpointEvery: number;
  /** Told of everything the training says, after it has been handed to the run folder. */
  readonly listen: (report: Report) => void;
  readonly warn: (message: string) => void;
}

export interface SessionOptions extends SessionSetting {
  readonly config: RunConfig;
  /** For people; empty where none was given. */
  readonly name: string;
  readonly tags?: readonly string[];
}

export interface ResumedSessionOptions extends SessionSetting {
  readonly from: ResumePoint;
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

type Prepared = Extract<Report, { type: 'prepared' }>;

const ENDED: Acknowledgement = { ok: false, error: 'the training has ended' };

/** In development the thread runs from its source, as this file does. */
function startThread(assignment: Assignment): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: assignment });
  const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: assignment,
    execArgv: ['--conditions=source', '--import', register],
  });
}

/**
 * Prepares a training in a thread of its own, makes its run folder, and starts it.
 *
 * @throws TrainingError, DatasetError or RunFolderError, before any file is made, if it can't be prepared
 */
export function startSession(options: SessionOptions): Promise<Session> {
  const { config, checkpointEvery, runsDirectory, warn } = options;
  return underWay({ config, checkpointEvery }, options, async (prepared) =>
    createRun(runsDirectory, await newRun(prepared, options), { warn }),
  );
}

/**
 * Goes on with a training that was broken off, in its own folder, as if nothing had happened: same backend, same bits.
 *
 * @throws TrainingError, DatasetError or RunFolderError, before any file is touched, if it can't be prepared
 */
export function resumeSession(options: ResumedSessionOptions): Promise<Session> {
  const { from, checkpointEvery, runsDirectory, warn } = options;
  const { run, snapshot } = from;
  return underWay({ config: run.config, checkpointEvery, resume: snapshot }, options, (prepared) => {
    const [before, now] = [run, prepared].map(({ stepColumns, stepsPerEpoch }) => [stepsPerEpoch, stepColumns].join());
    if (before !== now)
      throw new TrainingError(`run ${run.id} was recorded as ${before} (steps an epoch, columns), this is ${now}`);
    const { backend, tensorflow } = prepared.environment;
    if (run.environment.backend !== backend || run.environment.tensorflow !== tensorflow)
      warn(
        `the run was made by ${run.environment.backend} with TensorFlow.js ${run.environment.tensorflow}, ` +
          `it goes on by ${backend} with ${tensorflow}: from here on its last bits may differ`,
      );
    const resumed: Run = { ...run, status: 'running', resumedAt: new Date().toISOString() };
    return continueRun(runsDirectory, resumed, from, { warn });
  });
}

async function newRun(prepared: Prepared, { name, tags = [] }: SessionOptions): Promise<Run> {
  const now = new Date();
  const { config, parameters, stepColumns, stepsPerEpoch } = prepared;
  return {
    schemaVersion: SCHEMA_VERSION,
    ...{ id: makeRunId(name, now), name, tags: [...tags], createdAt: now.toISOString(), status: 'running', config },
    environment: {
      fdr: version(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      commit: await commit(),
      ...prepared.environment,
    },
    ...{ parameters, stepColumns, stepsPerEpoch },
  };
}

async function underWay(
  assignment: Assignment,
  setting: SessionSetting,
  folderFor: (prepared: Prepared) => Promise<RunWriter>,
): Promise<Session> {
  const thread = startThread(assignment);
  const order = (message: Order): void => thread.postMessage(message);
  try {
    const writer = await folderFor(await preparation(thread, setting.listen));
    const waiting = new Map<string, (answer: Acknowledgement) => void>();
    let over = false;
    const answered = (commandId: string, answer: Acknowledgement): void => {
      waiting.get(commandId)?.(answer);
      waiting.delete(commandId);
    };
    const ended = recordReports(thread, writer, { ...setting, answered }).finally(() => {
      over = true;
      for (const commandId of [...waiting.keys()]) answered(commandId, ENDED);
    });
    order({ type: 'start' });
    return {
      run: writer.run,
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

async function preparation(thread: Worker, listen: SessionSetting['listen']): Promise<Prepared> {
  for await (const [report] of on(thread, 'message') as AsyncIterableIterator<[Report]>) {
    if (report.type === 'prepared') return report;
    if (report.type !== 'fetching') throw failure(report);
    listen(report);
  }
  throw new Error('the training thread said nothing');
}
