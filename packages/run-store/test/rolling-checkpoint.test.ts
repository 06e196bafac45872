import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { createRun } from '../src/run-writer.js';
import { sampleRun, sampleWarning, temporaryFolder } from './sample.js';

const checkpoint = {
  tensors: { 'dense1.bias': { shape: [3], values: new Float32Array(3) } },
  state: { any: 'thing' },
};

async function newRun() {
  const writer = await createRun(await temporaryFolder(), sampleRun());
  return { writer, steps: async () => (await listCheckpoints(writer.folder)).map(({ step }) => step) };
}

describe('a rolling checkpoint', () => {
  it('is deleted once two newer ones or a permanent one are complete', async () => {
    const { writer, steps } = await newRun();
    await writer.saveCheckpoint(0, checkpoint);
    for (const step of [4, 8, 12]) await writer.saveCheckpoint(step, checkpoint, 'rolling');
    expect(await steps()).toEqual([0, 8, 12]);
    await writer.saveCheckpoint(12, checkpoint);
    expect(await steps()).toEqual([0, 12]);
    await writer.saveCheckpoint(16, checkpoint, 'rolling');
    expect(await steps()).toEqual([0, 12, 16]);
    await writer.close();
  });

  it('is permanent if it replaces a permanent one of the same step', async () => {
    const { writer } = await newRun();
    await writer.saveCheckpoint(0, checkpoint);
    writer.appendEvent(sampleWarning(0));
    for (const step of [0, 4, 8, 12]) await writer.saveCheckpoint(step, checkpoint, 'rolling');
    await writer.saveCheckpoint(16, checkpoint);
    await writer.close();
    const names = await readdir(join(writer.folder, 'checkpoints'));
    expect(names.toSorted()).toEqual(['0.safetensors', '16.safetensors']);
  });

  it('does not take an older one away if it can not be written', async () => {
    const { writer, steps } = await newRun();
    await writer.saveCheckpoint(4, checkpoint, 'rolling');
    await writer.saveCheckpoint(8, checkpoint, 'rolling');
    const invalid = { ...checkpoint, tensors: { a: { shape: [2], values: new Float32Array(3) } } };
    await expect(writer.saveCheckpoint(12, invalid, 'rolling')).rejects.toThrow('a has shape [2] but 3 values');
    expect(await steps()).toEqual([4, 8]);
    await writer.saveCheckpoint(16, checkpoint, 'rolling');
    expect(await steps()).toEqual([8, 16]);
    await writer.close();
  });

  it('stays a rolling one when it is saved again at the same step', async () => {
    const { writer, steps } = await newRun();
    for (const step of [4, 4, 8, 12]) await writer.saveCheckpoint(step, checkpoint, 'rolling');
    expect(await steps()).toEqual([8, 12]);
    await writer.close();
  });
});
