import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command, RunConfig } from '@fdr/records';
import { listCheckpoints, openRun, readCheckpoint } from '@fdr/run-store';
import { eventually, temporaryFolder } from '@fdr/testing';
import { defaultOptimizer } from '../src/default-config.js';
import { resumePoint, type ResumePointOptions } from '../src/resume-point.js';
import { resumeSession, startSession, type Session } from '../src/session.js';
import type { WorkerMessage } from '../src/worker-messages.js';
import { SAMPLE_CONFIG } from './sample-config.js';

const isEpoch = (message: WorkerMessage): boolean => message.type === 'epoch';

/** A session, and what it has reported so far. */
async function running(
  start: (listen: (message: WorkerMessage) => void, warn: (text: string) => void) => Promise<Session>,
) {
  const messages: WorkerMessage[] = [];
  const warnings: string[] = [];
  const session = await start(
    (message) => messages.push(message),
    (text) => warnings.push(text),
  );
  let count = 0;
  return {
    session,
    warnings,
    until: (fits: (message: WorkerMessage) => boolean) => eventually(() => expect(messages.some(fits)).toBe(true)),
    command: (command: Partial<Command>) =>
      session.command({ commandId: `command-${(count += 1)}`, runId: session.run.id, ...command } as Command),
  };
}

/** A new training; its folder is deleted after the test unless another is given. */
async function started(config: Partial<RunConfig>, folder?: string) {
  const runsDirectory = folder ?? (await temporaryFolder());
  const options = { checkpointEvery: 60, config: { ...SAMPLE_CONFIG, ...config }, name: '', runsDirectory };
  return { runsDirectory, ...(await running((listen, warn) => startSession({ ...options, listen, warn }))) };
}

/** What a crash at this moment would leave: the run's folder as it is now, without its lock. */
async function crashed(folder: string): Promise<string> {
  const runsDirectory = await temporaryFolder();
  const copy = join(runsDirectory, folder.split('/').at(-1)!);
  await cp(folder, copy, { recursive: true, filter: (path) => !/\/lock/.test(path.slice(folder.length)) });
  return runsDirectory;
}

async function resumed(
  runsDirectory: string,
  id: string,
  options: Partial<ResumePointOptions> & { acceptChanges?: boolean } = {},
) {
  const { acceptChanges = false, ...given } = options;
  const skipped: string[] = [];
  const from = await resumePoint({ runsDirectory, id, warn: (text) => skipped.push(text), ...given });
  const session = await running((listen, warn) =>
    resumeSession({ checkpointEvery: 60, runsDirectory, from, acceptChanges, listen, warn }),
  );
  return { ...session, from, skipped };
}

/** Replaces a text in a file that must be there. */
async function edit(path: string, found: RegExp | string, replacement: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(found);
  await writeFile(path, text.replace(found, replacement));
}

const bits = (folder: string) => readFile(join(folder, 'steps.f32'));
const finite = async (folder: string) =>
  Promise.all(
    (await listCheckpoints(folder)).map(async ({ step, path }) => {
      const { tensors } = await readCheckpoint(path);
      return { step, isFinite: Object.values(tensors).every(({ values }) => values.every(Number.isFinite)) };
    }),
  );

describe('a training that was interrupted', { timeout: 600_000 }, () => {
  it('carries out again what was commanded after its checkpoint, at the same steps', async () => {
    const { session, until, command } = await started({ epochs: 1_000_000 });
    await until(isEpoch);
    expect(await command({ type: 'setLearningRate', learningRate: 0.05 })).toEqual({ ok: true });
    expect(
      await command({
        type: 'setSchedule',
        schedule: { kind: 'step', everyEpochs: 2, divisor: 2, minimumLearningRate: 0 },
      }),
    ).toEqual({ ok: true });
    const runsDirectory = await crashed(session.folder);
    const { id } = session.run;
    // Neither the records of the crashed process nor its best checkpoint are needed: only what is safe is.
    const copy = join(runsDirectory, id);
    for (const { path, step } of await listCheckpoints(copy)) if (step > 0) await rm(path);
    await command({ type: 'stop' });
    await session.ended;
    const { epochs: done } = (await openRun(join(session.folder, '..'), id)).position();
    expect(done).toBeGreaterThan(0);

    const again = await resumed(runsDirectory, id);
    expect(again.from.replay.map(({ command: { type } }) => type)).toEqual(['setLearningRate', 'setSchedule']);
    await again.until((message) => message.type === 'epoch' && message.record.epoch >= Math.max(done, 2));
    await again.command({ type: 'stop' });
    await again.session.ended;
    const [expected, found] = [await bits(session.folder), await bits(copy)];
    const length = Math.min(expected.length, found.length);
    expect(length).toBeGreaterThan(0);
    expect(found.subarray(0, length).equals(expected.subarray(0, length))).toBe(true);
    const events = await (await openRun(runsDirectory, id)).events();
    expect(events.filter(({ type }) => type === 'command')).toHaveLength(3);
    expect(events.find(({ type }) => type === 'learningRate')).toMatchObject({ from: 0.1, to: 0.05 });
  });

  it('refuses another course until it has caught up with the commands of before', async () => {
    const { session, until, command } = await started({ epochs: 1_000_000 });
    await until(isEpoch);
    await command({ type: 'setLearningRate', learningRate: 0.05 });
    const runsDirectory = await crashed(session.folder);
    await command({ type: 'stop' });
    await session.ended;
    const { id } = session.run;
    const path = join(runsDirectory, id, 'commands.jsonl');
    await edit(path, /"step":\d+,"epoch":\d+/, '"step":900000,"epoch":9000');
    const again = await resumed(runsDirectory, id);
    expect(await again.command({ type: 'setLearningRate', learningRate: 0.01 })).toEqual({
      ok: false,
      error: 'the training repeats what was commanded before it was interrupted; try again after step 900000',
    });
    expect(await again.command({ type: 'stop' })).toEqual({ ok: true });
    await again.session.ended;
  });

  it('goes on with the rate of before where a command has made it diverge', async () => {
    const { session, runsDirectory, until, command } = await started({ epochs: 1_000_000 });
    await until(isEpoch);
    await command({ type: 'setLearningRate', learningRate: 1e9 });
    expect(await session.ended).toEqual({ status: 'diverged', complete: true });
    const { id } = session.run;
    const checkpoints = await finite(session.folder);
    expect(checkpoints.at(-1)?.isFinite).toBe(false);
    const good = checkpoints.filter(({ isFinite }) => isFinite).at(-1)!;
    expect(good.step).toBeGreaterThan(0);
    const last = (await (await openRun(runsDirectory, id)).events()).at(-1);
    expect(last).toMatchObject({ status: 'diverged', message: expect.stringContaining(`is of step ${good.step}`) });

    const again = await resumed(runsDirectory, id);
    expect(again.skipped).toEqual([expect.stringMatching(/holds numbers that are not finite; it is skipped$/)]);
    expect(again.from.rollback).toMatchObject({ step: good.step, keepsCommands: false });
    await again.until(isEpoch);
    await again.command({ type: 'stop' });
    expect((await again.session.ended).status).toBe('stopped');
    const { lastEpoch } = await openRun(runsDirectory, id);
    expect(lastEpoch).toMatchObject({ learningRate: 0.1 });
    expect(lastEpoch?.ratio).not.toBeNaN();
  });

  it('saves nothing of a state that has diverged with finite numbers, and goes on from the one before', async () => {
    // All examples at once, so that the one step's loss is finite and only the evaluation after it is not.
    const optimizer = defaultOptimizer('adam');
    const { session, runsDirectory } = await started({ optimizer, learningRate: 1e12, batchSize: 4000, epochs: 1 });
    expect(await session.ended).toEqual({ status: 'diverged', complete: true });
    expect(await finite(session.folder)).toEqual([{ step: 0, isFinite: true }]);
    const { id } = session.run;
    const reader = await openRun(runsDirectory, id);
    expect(reader.position()).toMatchObject({ steps: 1, epochs: 1 });
    expect((await reader.events()).at(-1)).toMatchObject({
      message: 'the loss is no longer finite; the last good checkpoint is of step 0',
    });
    const { claim, rollback } = await resumePoint({ runsDirectory, id, warn: (text) => expect.unreachable(text) });
    expect(rollback.step).toBe(0);
    await claim.release();
  });
});

describe('a training that has finished', { timeout: 600_000 }, () => {
  let finished: Session;
  beforeAll(async () => {
    const runsDirectory = await mkdtemp(join(tmpdir(), 'fdr-test-'));
    finished = (await started({ epochs: 2 }, runsDirectory)).session;
    await finished.ended;
    return () => rm(runsDirectory, { recursive: true });
  });

  /** A copy of that run for one test. */
  async function copied() {
    const { id, stepsPerEpoch } = finished.run;
    const runsDirectory = await crashed(finished.folder);
    return { id, stepsPerEpoch, runsDirectory, folder: join(runsDirectory, id) };
  }

  it('begins again where it was killed before its first checkpoint, to the same bits', async () => {
    const { id, runsDirectory, folder } = await copied();
    await rm(join(folder, 'checkpoints'), { recursive: true });
    for (const name of ['epochs.jsonl', 'events.jsonl', 'steps.f32']) await writeFile(join(folder, name), '');
    await edit(join(folder, 'run.json'), '"finished"', '"running"');
    const again = await resumed(runsDirectory, id);
    expect(await again.session.ended).toEqual({ status: 'finished', complete: true });
    expect((await bits(folder)).equals(await bits(finished.folder))).toBe(true);
  });

  it('goes on from an earlier checkpoint on request, and refuses one that is not there', async () => {
    const { id, stepsPerEpoch, runsDirectory, folder } = await copied();
    await expect(resumed(runsDirectory, id, { from: 7 })).rejects.toThrow(
      /has no good checkpoint of step 7; it has those of steps 0, /,
    );
    const again = await resumed(runsDirectory, id, { from: 0 });
    expect(await again.session.ended).toEqual({ status: 'finished', complete: true });
    expect((await bits(folder)).equals(await bits(finished.folder))).toBe(true);
    expect((await openRun(runsDirectory, id)).position()).toMatchObject({ epochs: 2, steps: 2 * stepsPerEpoch });
  });

  const changes = [
    ['dataHash', /"dataHash": "[0-9a-f]{64}"/, '0'.repeat(64), /the data \(SHA-256\) was 0000000000000000, is /],
    ['onnxruntime', /"onnxruntime": "[^"]*"/, '0.0.1', /ONNX Runtime was 0\.0\.1, is /],
    ['tensorflow', /"tensorflow": "[^"]*"/, '0.0.1', /TensorFlow\.js was 0\.0\.1, is /],
  ] as const;

  it.each(changes)('is not gone on with where another %s is found', async (name, pattern, text, message) => {
    const { id, runsDirectory, folder } = await copied();
    await edit(join(folder, 'run.json'), pattern, `"${name}": "${text}"`);
    await expect(resumed(runsDirectory, id, { epochs: 3 })).rejects.toThrow(message);
    expect((await bits(folder)).equals(await bits(finished.folder))).toBe(true);
  });

  it('is gone on with where the changes are accepted, which it records', async () => {
    const { id, runsDirectory, folder } = await copied();
    const path = join(folder, 'run.json');
    for (const [name, pattern, text] of changes) await edit(path, pattern, `"${name}": "${text}"`);
    const again = await resumed(runsDirectory, id, { epochs: 3, acceptChanges: true });
    expect(await again.session.ended).toEqual({ status: 'finished', complete: true });
    const warnings = (await (await openRun(runsDirectory, id)).events()).filter(({ type }) => type === 'warning');
    for (const [, , , message] of changes) expect(JSON.stringify(warnings)).toMatch(message);
    expect(await readFile(path, 'utf8')).toMatch(/"dataHash": "(?!0000)/);
  });
});

describe('a training whose last checkpoint the disk refuses', { timeout: 600_000 }, () => {
  /** A training without end whose checkpoints can't be saved until `recover` is called. */
  async function refused() {
    const training = await started({ epochs: 1_000_000 });
    const { folder } = training.session;
    await training.until(isEpoch);
    const place = join(folder, 'checkpoints');
    // The training may make the folder again in between.
    let tries = 0;
    await eventually(async () => {
      await rename(place, `${place}.away-${(tries += 1)}`);
      await writeFile(place, 'in the way');
    });
    const recover = async () => {
      await rm(place);
      await mkdir(place);
    };
    return { ...training, recover };
  }
  const status = async (folder: string) =>
    (JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as { status: string }).status;

  it('has stopped only when that is saved', async () => {
    const { session, recover, warnings, command } = await refused();
    await command({ type: 'stop' });
    await eventually(() => expect(warnings.join()).toMatch(/could not be saved[^]*tried again for five minutes/));
    expect(await status(session.folder)).toBe('running');
    await recover();
    expect(await session.ended).toEqual({ status: 'stopped', complete: true });
    expect(await status(session.folder)).toBe('stopped');
  });

  it('does not claim to have stopped when it gives up', async () => {
    const { session, warnings } = await refused();
    session.stop('SIGINT');
    await eventually(() => expect(warnings.join()).toMatch(/tried again/));
    session.stop('SIGINT');
    expect(await session.ended).toEqual({ status: 'failed', complete: false });
    expect(await status(session.folder)).toBe('running');
  });

  it('tells who asked for a checkpoint that there is none', async () => {
    const { session, command, recover } = await refused();
    expect(await command({ type: 'checkpoint' })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/the disk refuses to record it/),
    });
    await recover();
    await command({ type: 'stop' });
    await session.ended;
  });
});
