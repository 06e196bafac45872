import { on } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SCHEMA_VERSION, type Acknowledgement, type Command, type Run, type RunConfig } from '@fdr/records';
import { continueRun, createRun, makeRunId, type RunWriter } from '@fdr/run-store';
import { commit } from './commit.js';
import { failureOf, persistMessages, type Outcome } from './persist-messages.js';
import { changesSince } from './changes-since.js';
import type { ResumePoint } from './resume-point.js';
import { TrainingError } from './training-error.js';
import { version } from './version.js';
import type { CheckpointPlan, HostMessage, WorkerData, WorkerMessage } from './worker-messages.js';

/** What every session needs, a new one and a resumed one. */
export interface SessionListeners {
  /** Gets every message of the training, after it has been handed to the run folder. */
  readonly listen: (message: WorkerMessage) => void;
  readonly warn: (message: string) => void;
}

interface CommonOptions extends SessionListeners, CheckpointPlan {
  readonly runsDirectory: string;
}

/** A new training. */
export interface SessionOptions extends CommonOptions {
  readonly config: RunConfig;
  /** For people; may be empty. */
  readonly name: string;
  readonly tags?: readonly string[];
  /** Of the run; made of the time and the name if it is left out. */
  readonly id?: string | undefined;
}

/** A training that goes on. */
interface ResumedSessionOptions extends CommonOptions {
  readonly from: ResumePoint;
  /** Goes on even with other data or other software, and records that. */
  readonly acceptChanges: boolean;
}

/** One training, from its thread to its folder. */
export interface Session {
  readonly run: Run;
  readonly folder: string;
  /** How the training ended. Rejects with the error of a training that failed. */
  readonly ended: Promise<Outcome>;
  /**
   * Resolves once the training has carried the command out, which it does between two segments of steps, and what it changed is safe on the
   * disk.
   */
  command(command: Command): Promise<Acknowledgement>;
  /** Why the disk refuses what the training records: the file system's error; undefined while it does not. */
  diskError(): string | undefined;
  /** Stops the training and saves it. Where it has ended and only the disk refuses, it is not tried again. */
  stop(commandId: string): void;
}

type Prepared = Extract<WorkerMessage, { type: 'prepared' }>;

/** A command that has been sent, and is not answered yet. */
interface WaitingCommand {
  readonly resolve: (answer: Acknowledgement) => void;
  /** Whether the answer has to wait until the disk holds what it did. */
  readonly needsDisk: boolean;
}

const DURABLE: ReadonlySet<Command['type']> = new Set(['setLearningRate', 'setSchedule', 'checkpoint']);
const ENDED: Acknowledgement = { ok: false, error: 'the training has ended' };

/** In development the thread runs from its source, as this file does. */
function startThread(workerData: WorkerData): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    execArgv: ['--conditions=@fdr/source', '--import', register],
  });
}

/**
 * Prepares a training in a thread of its own, makes its run folder, and starts it.
 *
 * @throws TrainingError, DatasetError or RunFolderError, before any file is made, if it can't be prepared
 */
export function startSession(options: SessionOptions): Promise<Session> {
  const { config, checkpointEvery, keepEvery, runsDirectory } = options;
  return openSession({ config, checkpointEvery, keepEvery }, options, async (prepared, warn) =>
    createRun(runsDirectory, await newRun(prepared, options), { warn }),
  );
}

/**
 * Goes on with an interrupted training, in its own folder, as if nothing had happened: same data, same software, same bits.
 *
 * @throws TrainingError, DatasetError or RunFolderError, before any record is touched, if it can't be prepared
 */
export async function resumeSession(options: ResumedSessionOptions): Promise<Session> {
  const { from, checkpointEvery, keepEvery } = options;
  const { run, claim, rollback, snapshot, replay, bestTestAccuracy } = from;
  const workerData = { config: run.config, checkpointEvery, keepEvery, resume: { snapshot, replay, bestTestAccuracy } };
  try {
    return await openSession(workerData, options, (prepared, warn, note) => {
      const changes = changesSince(run, prepared);
      if (changes.length > 0 && !options.acceptChanges)
        throw new TrainingError(
          `run ${run.id} would go on differently: ${changes.join('; ')}; to go on all the same: --accept-changes`,
        );
      for (const change of changes) note(`the training goes on differently: ${change}`);
      const { dataHash, environment } = prepared;
      const resumed: Run = {
        ...run,
        status: 'running',
        resumedAt: new Date().toISOString(),
        dataHash,
        environment: { ...run.environment, ...environment },
      };
      return continueRun(claim, resumed, rollback, { warn });
    });
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function newRun(prepared: Prepared, { name, tags = [], id }: SessionOptions): Promise<Run> {
  const now = new Date();
  const { config, dataHash, parameters, stepColumns, stepsPerEpoch, environment } = prepared;
  return {
    schemaVersion: SCHEMA_VERSION,
    id: id ?? makeRunId(name, now),
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
    dataHash,
    parameters,
    stepColumns,
    stepsPerEpoch,
  };
}

type OpenFolder = (
  prepared: Prepared,
  warn: (message: string) => void,
  note: (message: string) => void,
) => Promise<RunWriter>;

async function openSession(
  workerData: WorkerData,
  { listen, warn }: SessionListeners,
  openFolder: OpenFolder,
): Promise<Session> {
  const thread = startThread(workerData);
  const post = (message: HostMessage): void => thread.postMessage(message);
  let over = false;
  /** Notes from before the start; undefined since then. */
  let early: string[] | undefined = [];
  const note = (message: string): void => {
    if (early) early.push(message);
    else post({ type: 'note', message });
  };
  /** What happens to the run folder is recorded by the training, so that its records keep their order; at the end it is only said. */
  const warnOrNote = (message: string): void => (over ? warn(message) : note(message));
  try {
    const writer = await openFolder(await untilPrepared(thread, listen), warnOrNote, note);
    const waiting = new Map<string, WaitingCommand>();
    const patience = new AbortController();
    const onAnswer = (commandId: string, answer: Acknowledgement): void => {
      waiting.get(commandId)?.resolve(answer);
      waiting.delete(commandId);
    };
    const ended = persistMessages(thread, writer, {
      listen,
      warn: warnOrNote,
      onAnswer,
      needsDisk: (commandId) => waiting.get(commandId)?.needsDisk ?? false,
      onTrained: () => {
        over = true;
      },
      patience: patience.signal,
    }).finally(() => {
      over = true;
      for (const commandId of [...waiting.keys()]) onAnswer(commandId, ENDED);
    });
    post({ type: 'start' });
    for (const message of early) post({ type: 'note', message });
    early = undefined;
    const command = (given: Command): Promise<Acknowledgement> => {
      if (over) return Promise.resolve(ENDED);
      post({ type: 'command', command: given });
      return new Promise((resolve) => waiting.set(given.commandId, { resolve, needsDisk: DURABLE.has(given.type) }));
    };
    return {
      run: writer.run,
      folder: writer.folder,
      ended,
      command,
      diskError: () => writer.refusal(),
      stop: (commandId) => {
        if (over) patience.abort();
        else void command({ type: 'stop', runId: writer.run.id, commandId });
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
