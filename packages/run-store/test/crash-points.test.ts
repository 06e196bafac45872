import { cpSync } from 'node:fs';
import fs, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { readCheckpoint, type RecordCounts } from '../src/checkpoint.js';
import { readCommands } from '../src/command-log.js';
import { claimRun } from '../src/run-claim.js';
import { openRun } from '../src/run-reader.js';
import { continueRun, createRun, type RunWriter } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from './sample.js';

const STEPS_OF_EPOCH = 4;
const EPOCHS = 4;
const tensors = { kernel: { shape: [3], values: Float32Array.of(1, 2, 3) } };

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Calls `look` before each operation that changes the disk while `work` is done. */
async function watchDisk<Result>(look: () => void, work: () => Promise<Result>): Promise<Result> {
  const sample = await open(process.execPath);
  const handles = Object.getPrototypeOf(sample) as Functions;
  await sample.close();
  const files = fs as unknown as Functions;
  const watched = [
    ...['open', 'mkdir', 'rename', 'rm', 'link', 'writeFile'].map((name) => ({ owner: files, name })),
    ...['write', 'writeFile', 'truncate', 'sync'].map((name) => ({ owner: handles, name })),
  ].map(({ owner, name }) => ({ owner, name, original: owner[name]! }));
  for (const { owner, name, original } of watched)
    owner[name] = function (...args) {
      look();
      return original.apply(this, args);
    };
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    for (const { owner, name, original } of watched) owner[name] = original;
    syncBuiltinESMExports();
  }
}

/** What a crash before each operation leaves of a run: copies of its folder, in runs directories of their own. */
async function crashes(runsDirectory: string, work: () => Promise<unknown>): Promise<string[]> {
  const copies = await temporaryFolder();
  const left: string[] = [];
  const look = (): void => {
    const copy = join(copies, String(left.length));
    // A lock would say that this process lives, and a socket can't be copied.
    cpSync(runsDirectory, copy, { recursive: true, filter: (path) => !/^\.?lock/.test(basename(path)) });
    left.push(copy);
  };
  await watchDisk(look, work);
  look();
  return left;
}

/** Records epochs as a training does, with a checkpoint of each kind, and ends. */
async function train(writer: RunWriter, from: number): Promise<void> {
  for (let epoch = from + 1; epoch <= EPOCHS; epoch += 1) {
    const step = STEPS_OF_EPOCH * epoch;
    writer.appendSteps(sampleSteps(step - STEPS_OF_EPOCH, step));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(step));
    const command = {
      type: 'setLearningRate',
      commandId: String(epoch),
      runId: 'sample',
      learningRate: 1 / epoch,
    } as const;
    writer.appendCommand({ step, epoch, time: '2019-05-06T14:30:00.000Z', command }, false);
    await writer.sync();
    await writer.saveCheckpoint(step, { tensors, state: epoch }, epoch === EPOCHS ? 'permanent' : KINDS[epoch % 3]);
  }
  writer.setStatus('finished');
  await writer.close();
}
const KINDS = ['permanent', 'rolling', 'best'] as const;

/** Asserts that a run can be read and goes on from each checkpoint that it has, with every record of before. */
async function expectWhole(runsDirectory: string): Promise<void> {
  const reader = await openRun(runsDirectory, 'sample').catch((error: unknown) => {
    // Its last file: without it there is no run yet.
    expect(String(error)).toMatch(/has no run\.json|there is no run/);
  });
  if (reader === undefined) return;
  const { folder } = reader;
  const epochs = (await reader.epochs()).map(({ epoch }) => epoch);
  const events = (await reader.events()).map(({ step }) => step);
  const commands = (await readCommands(folder)).map(({ step }) => step);
  const rows = new Float32Array(Uint8Array.from(await reader.stepRows()).buffer);
  expect(rows).toEqual(sampleSteps(0, rows.length / 3));
  const checkpoints = await listCheckpoints(folder);
  for (const { path, step } of checkpoints) {
    const { state, records } = await readCheckpoint(path);
    const count = step / STEPS_OF_EPOCH;
    expect(state).toBe(count);
    expect(records).toEqual({ epochs: count, events: count, commands: count } satisfies RecordCounts);
    expect(rows.length / 3).toBeGreaterThanOrEqual(step);
    const steps = Array.from({ length: count }, (_, index) => STEPS_OF_EPOCH * (index + 1));
    expect(epochs.slice(0, count)).toEqual(steps.map((_, index) => index + 1));
    expect(events.slice(0, count)).toEqual(steps);
    expect(commands.slice(0, count)).toEqual(steps);
  }
  if (reader.run.status === 'finished') expect(checkpoints.at(-1)?.step).toBe(STEPS_OF_EPOCH * EPOCHS);
}

/** Goes on from a checkpoint to the end. */
async function goOn(runsDirectory: string, step: number): Promise<void> {
  const count = step / STEPS_OF_EPOCH;
  const records = { epochs: count, events: count, commands: count };
  const claim = await claimRun(runsDirectory, 'sample');
  await train(await continueRun(claim, sampleRun(), { step, records, keepsCommands: false }), count);
}

describe('a run whose process is killed before any of its operations on the disk', () => {
  it('goes on from each of its checkpoints: a new run', async () => {
    const runsDirectory = await temporaryFolder();
    const left = await crashes(runsDirectory, async () => train(await createRun(runsDirectory, sampleRun()), 0));
    expect(left.length).toBeGreaterThan(100);
    for (const copy of left) await expectWhole(copy);
  });

  it.each([0, 4, 8, 16])('goes on from each of its checkpoints: one that is continued from step %d', async (step) => {
    const runsDirectory = await temporaryFolder();
    await train(await createRun(runsDirectory, sampleRun()), 0);
    const left = await crashes(runsDirectory, () => goOn(runsDirectory, step));
    expect(left.length).toBeGreaterThan(20);
    for (const copy of left) await expectWhole(copy);
  });
});
