import { on } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SCHEMA_VERSION, type Acknowledgement, type Command, type Run, type RunConfig } from '@fdr/records';
import { continueRun, createRun, makeRunId, type RunWriter } from '@fdr/run-store';
import { commit } from './commit.js';
import { failureOf, persistMessages, type Outcome } from './persist-messages.js';
import type { ResumePoint } from './resume-point.js';
import { TrainingError } from './training-error.js';
import { version } from './version.js';
import type { HostMessage, WorkerData, WorkerMessage } from './worker-messages.js';

/** What every session needs, a new one and a resumed one. */
export interface SessionListeners {
  /** Gets every message of the training, after it has been handed to the run folder. */
  readonly listen: (message: WorkerMessage) => void;
  readonly warn: (message: string) => void;
}

interface CommonOptions extends SessionListeners {
  readonly runsDirectory: string;
  /** Seconds between two rolling checkpoints. */
  readonly checkpointEvery: number;
}

/** A new training. */
export interface SessionOptions extends CommonOptions {
  readonly config: RunConfig;
  /** For people; may be empty. */
  readonly name: string;
  readonly tags?: readonly string[];
}

/** A training that goes on. */
interface ResumedSessionOptions extends CommonOptions {
  readonly from: ResumePoint;
}

/** One training, from its thread to its folder. */
export interface Session {
  readonly run: Run;
  readonly folder: string;
  /** How the training ended. Rejects with the error of a training that failed. */
  readonly ended: Promise<Outcome>;
  /** Resolves once the training has carried the command out, which it does between two segments of steps. */
  command(command: Command): Promise<Acknowledgement>;
}

type Prepared = Extract<WorkerMessage, { type: 'prepared' }>;

const ENDED: Acknowledgement = { ok: false, error: 'the training has ended' };

/** In development the thread runs from its source, as this file does. */
function startThread(workerData: WorkerData): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
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
  return openSession({ config, checkpointEvery }, options, async (prepared) =>
    createRun(runsDirectory, await newRun(prepared, options), { warn }),
  );
}

/**
 * Goes on with an interrupted training, in its own folder, as if nothing had happened: same backend, same bits.
 *
 * @throws TrainingError, DatasetError or RunFolderError, before any file is touched, if it can't be prepared
 */
export function resumeSession(options: ResumedSessionOptions): Promise<Session> {
  const { from, checkpointEvery, runsDirectory, warn } = options;
  const { run, snapshot } = from;
  return openSession({ config: run.config, checkpointEvery, resume: snapshot }, options, (prepared) => {
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
  const { config, parameters, stepColumns, stepsPerEpoch, environment } = prepared;
  return {
    schemaVersion: SCHEMA_VERSION,
    id: makeRunId(name, now),
    name,
    tags: [...tags],
    createdAt: now.toISOString(),
    status: 'running',
    config,
    environment: {
      fdr: version(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      commit: await commit(),
      ...environment,
    },
    parameters,
    stepColumns,
    stepsPerEpoch,
  };
}

async function openSession(
  workerData: WorkerData,
  listeners: SessionListeners,
  openFolder: (prepared: Prepared) => Promise<RunWriter>,
): Promise<Session> {
  const thread = startThread(workerData);
  const post = (message: HostMessage): void => thread.postMessage(message);
  try {
    const writer = await openFolder(await untilPrepared(thread, listeners.listen));
    const waiting = new Map<string, (answer: Acknowledgement) => void>();
    let over = false;
    const onAnswer = (commandId: string, answer: Acknowledgement): void => {
      waiting.get(commandId)?.(answer);
      waiting.delete(commandId);
    };
    const ended = persistMessages(thread, writer, { ...listeners, onAnswer }).finally(() => {
      over = true;
      for (const commandId of [...waiting.keys()]) onAnswer(commandId, ENDED);
    });
    post({ type: 'start' });
    return {
      run: writer.run,
      folder: writer.folder,
      ended,
      command: (command) => {
        if (over) return Promise.resolve(ENDED);
        post({ type: 'command', command });
        return new Promise((resolve) => waiting.set(command.commandId, resolve));
      },
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

async function untilPrepared(thread: Worker, listen: SessionListeners['listen']): Promise<Prepared> {
  for await (const [message] of on(thread, 'message') as AsyncIterableIterator<[WorkerMessage]>) {
    if (message.type === 'prepared') return message;
    if (message.type !== 'fetching') throw failureOf(message);
    listen(message);
  }
  throw new Error('the training thread sent nothing');
}
