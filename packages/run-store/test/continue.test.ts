import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../src/checkpoint.js';
import { openRun } from '../src/run-reader.js';
import { continueRun, createRun } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, scratch } from './sample.js';

const TENSORS = {
  'dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
  'dense1.bias': { shape: [3], values: new Float32Array(3) },
};
const checkpoint = { tensors: TENSORS, state: { any: 'thing' } };

/** A run of three epochs whose writer saved a checkpoint after the second and has gone. */
async function brokenRun() {
  const directory = await scratch();
  const writer = await createRun(directory, sampleRun());
  const { folder } = writer;
  for (const epoch of [1, 2, 3]) {
    writer.appendSteps(sampleSteps(4 * (epoch - 1), 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
    // Of its own step, but after the checkpoint.
    if (epoch === 2) await writer.saveCheckpoint(8, checkpoint, true);
    if (epoch === 2) writer.appendEvent(sampleWarning(8));
  }
  await writer.close();
  const { records } = await readCheckpoint(join(folder, 'checkpoints/8.safetensors'));
  if (!records) throw new Error('the checkpoint does not say how many records stood before it');
  return { directory, folder, from: { step: 8, records } };
}

/** What stands in the folder once it has been cut back. */
async function continued({ directory, from }: Awaited<ReturnType<typeof brokenRun>>) {
  const writer = await continueRun(directory, sampleRun(), from);
  await writer.close();
  const reader = await openRun(directory, 'sample');
  const rows = new Float32Array(Uint8Array.from(await reader.stepRows()).buffer);
  return { epochs: await reader.epochs(), events: await reader.events(), rows, skipped: reader.eventLines.skipped };
}

const AS_IT_WAS = {
  epochs: [sampleEpoch(1), sampleEpoch(2)],
  events: [sampleWarning(4), sampleWarning(8)],
  rows: sampleSteps(0, 8),
  skipped: 0,
};

describe('a run that goes on from a checkpoint', () => {
  it('has what it had then: what came after is cut off, that of the same step too', async () => {
    expect(await continued(await brokenRun())).toEqual(AS_IT_WAS);
  });

  it('is the same however it was torn, and however often it is begun', async () => {
    const broken = await brokenRun();
    await appendFile(join(broken.folder, 'steps.f32'), Buffer.from([1, 2, 3]));
    await appendFile(join(broken.folder, 'epochs.jsonl'), '{"epoch":4,"st');
    await appendFile(join(broken.folder, 'events.jsonl'), '\0\0\0\0');
    await writeFile(join(broken.folder, '.run.json.0123456789ab.partial'), '{');
    await writeFile(join(broken.folder, 'checkpoints/12.safetensors'), 'torn');
    expect(await continued(broken)).toEqual(AS_IT_WAS);
    expect(await continued(broken)).toEqual(AS_IT_WAS);
    expect(await readdir(join(broken.folder, 'checkpoints'))).toEqual(['8.safetensors']);
    expect((await readdir(broken.folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('has rows of NaN where the disk has lost some', async () => {
    const broken = await brokenRun();
    await truncate(join(broken.folder, 'steps.f32'), 4 * 3 * 6 + 5);
    const { rows } = await continued(broken);
    expect(rows).toEqual(Float32Array.of(...sampleSteps(0, 6), ...Array<number>(6).fill(NaN)));
  });

  it('is written on where it was cut', async () => {
    const { directory, folder, from } = await brokenRun();
    const writer = await continueRun(directory, sampleRun(), from);
    writer.appendSteps(sampleSteps(8, 12));
    writer.appendEpoch(sampleEpoch(3));
    await writer.saveCheckpoint(12, checkpoint);
    await writer.close();
    expect((await readFile(join(folder, 'steps.f32'))).length).toBe(4 * 3 * 12);
    expect((await readCheckpoint(join(folder, 'checkpoints/12.safetensors'))).records).toEqual({
      epochs: 3,
      events: 2,
    });
  });

  it('is refused while its writer lives, untouched', async () => {
    const directory = await scratch();
    const writer = await createRun(directory, sampleRun());
    writer.appendSteps(sampleSteps(0, 4));
    await writer.settled();
    await expect(continueRun(directory, sampleRun(), { step: 0, records: { epochs: 0, events: 0 } })).rejects.toThrow(
      /is in use by process/,
    );
    expect((await readFile(join(writer.folder, 'steps.f32'))).length).toBe(4 * 3 * 4);
    await writer.close();
  });
});

describe('passing checkpoints', () => {
  it('are the last two, until one is saved for good', async () => {
    const directory = await scratch();
    const writer = await createRun(directory, sampleRun());
    const stored = async () =>
      (await readdir(join(writer.folder, 'checkpoints'))).map((name) => parseInt(name)).toSorted((a, b) => a - b);
    await writer.saveCheckpoint(0, checkpoint);
    for (const step of [4, 8, 12]) await writer.saveCheckpoint(step, checkpoint, true);
    expect(await stored()).toEqual([0, 8, 12]);
    await writer.saveCheckpoint(12, checkpoint);
    expect(await stored()).toEqual([0, 12]);
    await writer.saveCheckpoint(16, checkpoint, true);
    expect(await stored()).toEqual([0, 12, 16]);
    await writer.close();
  });

  it('of the step of one that was saved for good does not take it away with it', async () => {
    const directory = await scratch();
    const writer = await createRun(directory, sampleRun());
    await writer.saveCheckpoint(0, checkpoint);
    writer.appendEvent(sampleWarning(0));
    for (const step of [0, 4, 8, 12]) await writer.saveCheckpoint(step, checkpoint, true);
    await writer.saveCheckpoint(16, checkpoint);
    await writer.close();
    const names = await readdir(join(writer.folder, 'checkpoints'));
    expect(names.toSorted()).toEqual(['0.safetensors', '16.safetensors']);
  });
});
