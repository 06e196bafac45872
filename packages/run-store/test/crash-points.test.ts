import { cpSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { readCheckpoint, type RecordCounts } from '../src/checkpoint.js';
import { readCommands } from '../src/command-log.js';
import { claimRun } from '../src/run-claim.js';
import { RunFolderError } from '../src/run-folder-error.js';
import { openRun } from '../src/run-reader.js';
import { continueRun, createRun, type RunWriter } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from './sample.js';
import { watchDisk } from './watch-disk.js';

const STEPS_OF_EPOCH = 4;
const EPOCHS = 3;
const tensors = { kernel: { shape: [3], values: Float32Array.of(1, 2, 3) } };

/** Copies what a process leaves. Its lock would say that this process lives, and a socket can't be copied. */
function copyRuns(runsDirectory: string, copy: string): void {
  cpSync(runsDirectory, copy, { recursive: true, filter: (path) => !/^\.?lock/.test(basename(path)) });
}

/** What a crash at each point leaves of a run: copies of its folder, in runs directories of their own. */
async function crashes(runsDirectory: string, work: () => Promise<unknown>): Promise<string[]> {
  const copies = await temporaryFolder();
  const left: string[] = [];
  const look = (): void => {
    const copy = join(copies, String(left.length));
    copyRuns(runsDirectory, copy);
    left.push(copy);
  };
  await watchDisk(look, work);
  look();
  return left;
}

/** Records epochs as a training does, with a checkpoint of each kind, and ends once the last one is saved. */
async function train(writer: RunWriter, from: number): Promise<void> {
  let isSaved = false;
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
    const retention = epoch === EPOCHS ? 'permanent' : KINDS[epoch % 3];
    // What the disk refuses is tried again, as the training does with its last checkpoint.
    for (let tries = 0; tries < 2 && !isSaved; tries += 1)
      isSaved = await writer.saveCheckpoint(step, { tensors, state: epoch }, retention).then(
        () => true,
        () => false,
      );
    isSaved &&= epoch === EPOCHS;
  }
  if (isSaved || from === EPOCHS) writer.setStatus('finished');
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

  it.each([0, 4, 12])('goes on from each of its checkpoints: one that is continued from step %d', async (step) => {
    const runsDirectory = await temporaryFolder();
    await train(await createRun(runsDirectory, sampleRun()), 0);
    const left = await crashes(runsDirectory, () => goOn(runsDirectory, step));
    expect(left.length).toBeGreaterThan(20);
    for (const copy of left) await expectWhole(copy);
  });
});

describe('a run whose disk refuses one of its operations', () => {
  const KINDS_OF_ERRORS = ['ENOSPC', 'EIO', 'EROFS'];
  const QUIET = { warn: () => undefined, retryAfter: 1 };

  /** Trains on a disk that refuses so many operations from one on. @returns how many operations there were */
  async function trainOn(runsDirectory: string, refused: { at: number; code: string; times: number }): Promise<number> {
    let count = 0;
    let { times } = refused;
    const refuse = (): void => {
      count += 1;
      if (count < refused.at || times <= 0) return;
      times -= 1;
      throw Object.assign(new Error(`${refused.code}: refused`), { code: refused.code });
    };
    await watchDisk(refuse, async () => {
      const writer = await createRun(runsDirectory, sampleRun(), QUIET).catch((error: unknown) => {
        expect(error).toBeInstanceOf(RunFolderError);
        expect(String(error)).toMatch(new RegExp(`^RunFolderError: .*${refused.code}[^\\n]*$`));
      });
      if (writer !== undefined) await train(writer, 0);
    });
    return count;
  }

  it('records all of it or says so in a line, and goes on', async () => {
    const operations = await trainOn(await temporaryFolder(), { at: Infinity, code: '', times: 0 });
    expect(operations).toBeGreaterThan(100);
    for (let at = 1; at <= operations; at += 1) {
      // At every other operation only once, and for good at the others.
      const times = at % 2 === 0 ? 1 : Infinity;
      const refusing = await temporaryFolder();
      await trainOn(refusing, { at, code: KINDS_OF_ERRORS[at % 3]!, times });
      const runsDirectory = join(await temporaryFolder(), 'runs');
      copyRuns(refusing, runsDirectory);
      await expectWhole(runsDirectory);
      const reader = await openRun(runsDirectory, 'sample').catch(() => undefined);
      const hasFinished = reader?.run.status === 'finished';
      // Refused once, it has trained to the end or has not begun.
      if (times === 1) expect([reader === undefined, hasFinished]).toContain(true);
      if (times === 1 && reader === undefined) expect(await readdir(runsDirectory)).toEqual([]);
      if (reader === undefined || hasFinished) continue;
      await goOn(runsDirectory, (await listCheckpoints(reader.folder)).at(-1)?.step ?? 0);
      await expectWhole(runsDirectory);
      expect((await openRun(runsDirectory, 'sample')).position()).toMatchObject({
        epochs: EPOCHS,
        steps: STEPS_OF_EPOCH * EPOCHS,
      });
    }
  });
});
