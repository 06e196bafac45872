import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { readCommands } from '../src/command-log.js';
import { claimRun } from '../src/run-claim.js';
import { obsoleteCheckpoints, type RetainedCheckpoint, type Retention } from '../src/retention.js';
import { continueRun, createRun, NO_RECORDS } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, temporaryFolder } from './sample.js';

const one = (step: number, retention: Retention, finite = true): RetainedCheckpoint => ({ step, retention, finite });
const steps = (checkpoints: readonly RetainedCheckpoint[]) => checkpoints.map(({ step }) => step).sort((a, b) => a - b);

const checkpointOf = (value: number) => ({
  tensors: { 'dense1.bias': { shape: [3], values: Float32Array.of(1, value, 2) } },
  state: {},
});

async function newRun() {
  const directory = await temporaryFolder();
  const writer = await createRun(directory, sampleRun());
  return { directory, writer, saved: async () => (await listCheckpoints(writer.folder)).map(({ step }) => step) };
}

describe('what becomes of checkpoints', () => {
  it('keeps the first, the best, the permanent ones and two more', () => {
    const all = [one(0, 'permanent'), one(4, 'rolling'), one(8, 'best'), one(12, 'rolling'), one(16, 'rolling')];
    expect(steps(obsoleteCheckpoints(all))).toEqual([4]);
    expect(steps(obsoleteCheckpoints([...all, one(20, 'permanent')]))).toEqual([4, 12, 16]);
    expect(steps(obsoleteCheckpoints([...all, one(20, 'best')]))).toEqual([4, 8, 12]);
  });

  it('lets one with numbers that are not finite replace none', () => {
    const all = [one(0, 'permanent'), one(4, 'rolling'), one(8, 'rolling'), one(12, 'permanent', false)];
    expect(obsoleteCheckpoints(all)).toEqual([]);
  });

  it.each([NaN, Infinity, -Infinity])('leaves the last good ones when the training ends with %f', async (value) => {
    const { writer, saved } = await newRun();
    await writer.saveCheckpoint(0, checkpointOf(1));
    for (const step of [4, 8]) await writer.saveCheckpoint(step, checkpointOf(1), 'rolling');
    await writer.saveCheckpoint(12, checkpointOf(value), 'rolling');
    await writer.saveCheckpoint(12, checkpointOf(value), 'best');
    expect(await saved()).toEqual([0, 4, 8]);
    await writer.saveCheckpoint(16, checkpointOf(value));
    expect(await saved()).toEqual([0, 4, 8, 16]);
    await writer.close();
  });

  it('leaves no rolling one of a process that was killed', async () => {
    const { directory, writer, saved } = await newRun();
    await writer.saveCheckpoint(0, checkpointOf(1));
    for (const step of [4, 8]) await writer.saveCheckpoint(step, checkpointOf(1), 'rolling');
    await writer.close();
    const from = { step: 8, records: NO_RECORDS, keepsCommands: true };
    const next = await continueRun(await claimRun(directory, 'sample'), sampleRun(), from);
    await next.saveCheckpoint(12, checkpointOf(1), 'rolling');
    expect(await saved()).toEqual([0, 8, 12]);
    await next.saveCheckpoint(16, checkpointOf(1));
    expect(await saved()).toEqual([0, 16]);
    await next.close();
  });

  it('leaves no earlier best one where the last one is the best', async () => {
    const { writer, saved } = await newRun();
    await writer.saveCheckpoint(0, checkpointOf(1));
    for (const step of [4, 8]) await writer.saveCheckpoint(step, checkpointOf(1), 'best');
    await writer.saveCheckpoint(8, checkpointOf(1));
    expect(await saved()).toEqual([0, 8]);
    await writer.close();
  });

  it('writes only the newest of those that wait for their turn', async () => {
    const { writer, saved } = await newRun();
    await Promise.all([4, 8, 12].map((step) => writer.saveCheckpoint(step, checkpointOf(1), 'best')));
    expect(await saved()).toEqual([12]);
    await writer.close();
  });
});

describe('a run with links inside', () => {
  it('does not write or delete what is behind a linked folder of checkpoints', async () => {
    const { directory, writer } = await newRun();
    await writer.saveCheckpoint(0, checkpointOf(1));
    const foreign = join(directory, 'foreign');
    await rename(join(writer.folder, 'checkpoints'), foreign);
    await symlink(foreign, join(writer.folder, 'checkpoints'));
    await writeFile(join(foreign, '99.safetensors'), 'not ours');
    const before = await readdir(foreign);
    await expect(writer.saveCheckpoint(4, checkpointOf(1))).rejects.toThrow(
      /checkpoints is a link: nothing is written/,
    );
    await writer.close();
    const from = { step: 0, records: NO_RECORDS, keepsCommands: true };
    await expect(continueRun(await claimRun(directory, 'sample'), sampleRun(), from)).rejects.toThrow(/is a link/);
    expect(await readdir(foreign)).toEqual(before);
    expect(await readdir(writer.folder)).not.toContain('lock');
  });

  it.each(['steps.f32', 'epochs.jsonl', 'events.jsonl', 'commands.jsonl'])(
    'does not write behind a linked %s',
    async (name) => {
      const { directory, writer } = await newRun();
      await writer.close();
      const foreign = join(directory, 'foreign');
      await rename(join(writer.folder, name), foreign);
      await writeFile(foreign, 'not ours');
      await symlink(foreign, join(writer.folder, name));
      const from = { step: 0, records: NO_RECORDS, keepsCommands: true };
      const warn = () => undefined;
      const next = await continueRun(await claimRun(directory, 'sample'), sampleRun(), from, { warn }).catch(
        () => undefined,
      );
      next?.appendSteps(sampleSteps(0, 4));
      next?.appendEpoch(sampleEpoch(1));
      await next?.close();
      expect(await readFile(foreign, 'utf8')).toBe('not ours');
    },
  );
});

describe('a run that goes on', () => {
  const command = (step: number, learningRate: number) => ({
    step,
    epoch: 0,
    time: '2019-05-06T14:30:01.000Z',
    command: { type: 'setLearningRate' as const, commandId: `at ${step}`, runId: 'sample', learningRate },
  });

  it.each([
    [true, [command(2, 0.5), command(3, 0.25)]],
    [false, [command(2, 0.5)]],
  ])('keeps its later commands, or does not: %j', async (keepsCommands, expected) => {
    const { directory, writer } = await newRun();
    writer.appendCommand(command(2, 0.5), false);
    await writer.saveCheckpoint(2, checkpointOf(1), 'rolling');
    writer.appendCommand(command(3, 0.25), false);
    writer.appendCommand(command(3, 0.25), true);
    expect(await writer.sync()).toBeUndefined();
    expect(await readCommands(writer.folder)).toEqual([command(2, 0.5), command(3, 0.25)]);
    await writer.close();
    const from = { step: 2, records: { ...NO_RECORDS, commands: 1 }, keepsCommands };
    await (await continueRun(await claimRun(directory, 'sample'), sampleRun(), from)).close();
    expect(await readCommands(writer.folder)).toEqual(expected);
  });

  it('names the file whose damaged lines it removes', async () => {
    const { directory, writer } = await newRun();
    writer.appendEpoch(sampleEpoch(1));
    await writer.close();
    const path = join(writer.folder, 'epochs.jsonl');
    await writeFile(path, `{"epoch":"?"}\n${await readFile(path, 'utf8')}`);
    const warnings: string[] = [];
    const from = { step: 4, records: { ...NO_RECORDS, epochs: 1 }, keepsCommands: true };
    const warn = (message: string) => void warnings.push(message);
    await (await continueRun(await claimRun(directory, 'sample'), sampleRun(), from, { warn })).close();
    expect(warnings).toEqual([
      expect.stringMatching(/^epochs\.jsonl: 1 damaged line is removed, the first is line 1 \(/),
    ]);
  });

  it('goes on where its folder of checkpoints is gone', async () => {
    const { directory, writer } = await newRun();
    await writer.close();
    await rename(join(writer.folder, 'checkpoints'), join(directory, 'elsewhere'));
    const from = { step: 0, records: NO_RECORDS, keepsCommands: true };
    const next = await continueRun(await claimRun(directory, 'sample'), sampleRun(), from);
    await mkdir(join(writer.folder, 'checkpoints'), { recursive: true });
    await next.close();
  });
});
