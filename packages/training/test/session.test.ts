import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '../src/default-config.js';
import { listCheckpoints } from '@fdr/run-store';
import { openRun, type RunReader } from '@fdr/run-store';
import type { Report } from '../src/worker-messages.js';
import { startSession, type Session } from '../src/session.js';

const CONFIG: RunConfig = {
  ...DEFAULT_CONFIG,
  dataset: 'synthetic',
  backend: 'onnx',
  threads: 1,
  schedule: 'constant',
};

let runsDirectory: string;
beforeEach(async () => {
  runsDirectory = await mkdtemp(join(tmpdir(), 'fdr-session-'));
});
afterEach(() => rm(runsDirectory, { recursive: true, force: true }));

interface Conducted {
  readonly session: Session;
  readonly reports: readonly Report[];
  /** Resolves with the first report that fits, those already made included. */
  until(fits: (report: Report) => boolean): Promise<Report>;
  command(command: Partial<Command> & { readonly type: Command['type'] }): ReturnType<Session['command']>;
  reader(): Promise<RunReader>;
}

let commands = 0;

async function conduct(config: Partial<RunConfig>): Promise<Conducted> {
  const reports: Report[] = [];
  const waiting: { fits: (report: Report) => boolean; resolve: (report: Report) => void }[] = [];
  const session = await startSession({
    checkpointEvery: 60,
    config: { ...CONFIG, ...config },
    name: 'test',
    runsDirectory,
    warn: (message) => expect.unreachable(message),
    listen: (report) => {
      reports.push(report);
      for (const { fits, resolve } of waiting) if (fits(report)) resolve(report);
    },
  });
  return {
    session,
    reports,
    until: (fits) =>
      new Promise((resolve) => {
        const found = reports.find(fits);
        if (found) resolve(found);
        else waiting.push({ fits, resolve });
      }),
    command: (command) =>
      session.command({ commandId: `command-${(commands += 1)}`, runId: session.run.id, ...command } as Command),
    reader: () => openRun(runsDirectory, session.run.id),
  };
}

const epoch = (number: number) => (report: Report) => report.type === 'epoch' && report.record.epoch >= number;
const steps = (report: Report): boolean => report.type === 'steps';

describe('a training session', () => {
  it('ends with a whole run folder', async () => {
    const { session, reader } = await conduct({ epochs: 2 });
    expect(await session.ended).toEqual({ status: 'finished', whole: true });
    const { run } = await reader();
    const stored = await reader();
    const total = 2 * run.stepsPerEpoch;
    expect(run.status).toBe('finished');
    expect((await stored.epochs()).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, run.stepsPerEpoch],
      [2, total],
    ]);
    expect((await readFile(join(session.folder, 'steps.f32'))).length).toBe(total * run.stepColumns.length * 4);
    expect((await listCheckpoints(session.folder)).map(({ step }) => step)).toEqual([0, total]);
    expect((await stored.events()).map((event) => event.type === 'status' && event.status)).toEqual([
      'running',
      'finished',
    ]);
  });

  it('gives the same records twice, times aside', async () => {
    const records = async (): Promise<unknown> => {
      const { session, reader } = await conduct({ epochs: 2 });
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
    const { session, reports, until, command, reader } = await conduct({ epochs: 1_000_000 });
    await until(epoch(1));
    expect(await command({ type: 'pause' })).toEqual({ ok: true });
    const quiet = reports.length;
    expect(await command({ type: 'checkpoint' })).toEqual({ ok: true });
    expect(reports.slice(quiet).filter(steps)).toEqual([]);
    expect(await command({ type: 'setLearningRate', learningRate: 0.05 })).toEqual({ ok: true });
    expect(await command({ type: 'setSchedule', schedule: 'step', threshold: 0.01, decay: 0.1 })).toEqual({ ok: true });
    expect(await command({ type: 'resume' })).toEqual({ ok: true });
    await until((report) => report.type === 'epoch' && report.record.learningRate === 0.05);
    expect(await command({ type: 'stop' })).toEqual({ ok: true });
    expect(await session.ended).toEqual({ status: 'stopped', whole: true });

    const events = await (await reader()).events();
    const told = events.flatMap((event) => (event.type === 'command' ? [event.command.type] : []));
    expect(told).toEqual(['pause', 'checkpoint', 'setLearningRate', 'setSchedule', 'resume', 'stop']);
    expect(events.filter(({ type }) => type === 'learningRate')).toMatchObject([
      { from: 0.1, to: 0.05, reason: { rule: 'command' } },
    ]);
    const saved = (await listCheckpoints(session.folder)).map(({ step }) => step);
    expect(saved).toHaveLength(3);
    expect(saved[2]).toBe((await reader()).stepCount());
    expect((await (await reader()).epochs()).every(({ ratio }) => Number.isFinite(ratio))).toBe(true);
    expect(await command({ type: 'pause' })).toEqual({ ok: false, error: 'the training has ended' });
  });

  it('stops where the loss diverges, and says so', async () => {
    const { session, reader } = await conduct({ epochs: 5, learningRate: 1e9 });
    expect(await session.ended).toEqual({ status: 'diverged', whole: true });
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
    await expect(conduct(config)).rejects.toThrow(message);
    expect(await readdir(runsDirectory)).toEqual([]);
  });
});
