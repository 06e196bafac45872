import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, RunConfig } from '@fdr/records';
import { listCheckpoints, openRun, type RunReader } from '@fdr/run-store';
import type { WorkerMessage } from '../src/worker-messages.js';
import { startSession, type Session } from '../src/session.js';
import { SAMPLE_CONFIG } from './sample-config.js';

const STEP = { kind: 'step', everyEpochs: 100, divisor: 10, minimumLearningRate: 0 } as const;

let runsDirectory: string;
beforeEach(async () => {
  runsDirectory = await mkdtemp(join(tmpdir(), 'fdr-session-'));
});
afterEach(() => rm(runsDirectory, { recursive: true, force: true }));

interface RunningSession {
  readonly session: Session;
  readonly messages: readonly WorkerMessage[];
  /** Resolves with the first message that fits, those already received included. */
  until(fits: (message: WorkerMessage) => boolean): Promise<WorkerMessage>;
  command(command: Partial<Command> & { readonly type: Command['type'] }): ReturnType<Session['command']>;
  reader(): Promise<RunReader>;
}

let commandCount = 0;

async function start(config: Partial<RunConfig>): Promise<RunningSession> {
  const messages: WorkerMessage[] = [];
  const waiting: { fits: (message: WorkerMessage) => boolean; resolve: (message: WorkerMessage) => void }[] = [];
  const session = await startSession({
    checkpointEvery: 60,
    config: { ...SAMPLE_CONFIG, ...config },
    name: 'test',
    runsDirectory,
    warn: (message) => expect.unreachable(message),
    listen: (message) => {
      messages.push(message);
      for (const { fits, resolve } of waiting) if (fits(message)) resolve(message);
    },
  });
  return {
    session,
    messages,
    until: (fits) =>
      new Promise((resolve) => {
        const found = messages.find(fits);
        if (found) resolve(found);
        else waiting.push({ fits, resolve });
      }),
    command: (command) =>
      session.command({ commandId: `command-${(commandCount += 1)}`, runId: session.run.id, ...command } as Command),
    reader: () => openRun(runsDirectory, session.run.id),
  };
}

const savedSteps = async ({ folder }: Session): Promise<number[]> =>
  (await listCheckpoints(folder)).map(({ step }) => step);

const epoch = (number: number) => (message: WorkerMessage) =>
  message.type === 'epoch' && message.record.epoch >= number;
const steps = (message: WorkerMessage): boolean => message.type === 'steps';

describe('a training session', () => {
  it('ends with a complete run folder', async () => {
    const { session, reader } = await start({ epochs: 2 });
    expect(await session.ended).toEqual({ status: 'finished', complete: true });
    const { run } = await reader();
    const stored = await reader();
    const total = 2 * run.stepsPerEpoch;
    expect(run.status).toBe('finished');
    expect((await stored.epochs()).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, run.stepsPerEpoch],
      [2, total],
    ]);
    expect((await readFile(join(session.folder, 'steps.f32'))).length).toBe(total * run.stepColumns.length * 4);
    const [first, second] = (await stored.epochs()).map(({ testAccuracy }) => testAccuracy);
    const best = Number(first) >= Number(second) ? [run.stepsPerEpoch] : [];
    expect((await listCheckpoints(session.folder)).map(({ step }) => step)).toEqual([0, ...best, total]);
    expect((await stored.events()).map((event) => event.type === 'status' && event.status)).toEqual([
      'running',
      'finished',
    ]);
  });

  it('gives the same records twice, times aside', async () => {
    const records = async (): Promise<unknown> => {
      const { session, reader } = await start({ epochs: 2 });
      await session.ended;
      const epochs = await (await reader()).epochs();
      return [
        epochs.map(({ seconds, ...rest }) => (seconds > 0 ? rest : seconds)),
        await readFile(join(session.folder, 'steps.f32')),
      ];
    };
    expect(await records()).toEqual(await records());
  });

  it('pauses, resumes, takes a learning rate and a schedule, saves, and stops', async () => {
    const { session, messages, until, command, reader } = await start({ epochs: 1_000_000 });
    await until(epoch(1));
    expect(await command({ type: 'pause' })).toEqual({ ok: true });
    const quiet = messages.length;
    expect(await command({ type: 'checkpoint' })).toEqual({ ok: true });
    expect(messages.slice(quiet).filter(steps)).toEqual([]);
    expect(await command({ type: 'setLearningRate', learningRate: 0.05 })).toEqual({ ok: true });
    expect(await command({ type: 'setSchedule', schedule: { ...STEP, everyEpochs: 7 } })).toEqual({ ok: true });
    expect(await command({ type: 'resume' })).toEqual({ ok: true });
    await until((message) => message.type === 'epoch' && message.record.learningRate === 0.05);
    expect(await command({ type: 'stop' })).toEqual({ ok: true });
    expect(await session.ended).toEqual({ status: 'stopped', complete: true });

    const events = await (await reader()).events();
    const commands = events.flatMap((event) => (event.type === 'command' ? [event.command.type] : []));
    expect(commands).toEqual(['pause', 'checkpoint', 'setLearningRate', 'setSchedule', 'resume', 'stop']);
    expect(events.filter(({ type }) => type === 'learningRate')).toMatchObject([
      { from: 0.1, to: 0.05, reason: { rule: 'command' } },
    ]);
    expect(events.find(({ type }) => type === 'schedule')).toMatchObject({
      schedule: { kind: 'step', everyEpochs: 7, divisor: 10 },
    });
    const saved = await savedSteps(session);
    expect(saved).toHaveLength(3);
    expect(saved[2]).toBe((await reader()).stepCount());
    expect((await (await reader()).epochs()).every(({ ratio }) => Number.isFinite(ratio))).toBe(true);
    expect(await command({ type: 'pause' })).toEqual({ ok: false, error: 'the training has ended' });
  });

  it('stops where the loss diverges, and records a warning', async () => {
    const { session, reader } = await start({ epochs: 5, learningRate: 1e9 });
    expect(await session.ended).toEqual({ status: 'diverged', complete: true });
    expect((await reader()).run.status).toBe('diverged');
    expect(await (await reader()).events()).toContainEqual(
      expect.objectContaining({ type: 'warning', message: expect.stringContaining('diverged') }),
    );
  });

  it.each<[string, Partial<RunConfig>, RegExp]>([
    ['a data set that is not there', { dataset: '/nowhere/at/all' }, /\/nowhere\/at\/all/],
    ['a batch larger than the data', { batchSize: 1_000_000 }, /batchSize/],
    ['a library that has not been fetched', { backend: 'tensorflow' }, /tfjs-node.*npm install/],
  ])('refuses %s before any file is made', async (_, config, message) => {
    await expect(start(config)).rejects.toThrow(message);
    expect(await readdir(runsDirectory)).toEqual([]);
  });
});
