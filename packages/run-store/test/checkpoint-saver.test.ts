import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { createCheckpointSaver } from '../src/checkpoint-saver.js';
import { temporaryFolder } from './sample.js';

const checkpoint = { tensors: {}, state: {} };

describe('a checkpoint saver', () => {
  it('saves one after another, each after what it has to wait for', async () => {
    const folder = await temporaryFolder();
    const savedBefore: number[] = [];
    const saver = createCheckpointSaver(folder, async () => {
      savedBefore.push((await listCheckpoints(folder)).length);
      return 0;
    });
    await Promise.all([1, 2, 3].map((step) => saver.save(step, checkpoint, 'permanent')));
    expect(savedBefore).toEqual([0, 1, 2]);
  });

  it('writes nothing before what it waits for is done', async () => {
    const folder = await temporaryFolder();
    const gate = new EventEmitter();
    const saver = createCheckpointSaver(folder, async () => {
      await once(gate, 'open');
      return 0;
    });
    const saved = saver.save(1, checkpoint, 'permanent');
    await setImmediate();
    expect(await readdir(folder)).toEqual([]);
    gate.emit('open');
    await saved;
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([1]);
  });

  it('removes what an interrupted save has left', async () => {
    const folder = await temporaryFolder();
    const saver = createCheckpointSaver(folder, () => Promise.resolve(0));
    await mkdir(join(folder, 'checkpoints'));
    await writeFile(join(folder, 'checkpoints', '.4.safetensors.0123456789ab.partial'), 'torn');
    await saver.save(8, checkpoint, 'permanent');
    expect(await readdir(join(folder, 'checkpoints'))).toEqual(['8.safetensors']);
  });

  it('makes the folder of the checkpoints if it is missing, where none are listed', async () => {
    const folder = await temporaryFolder();
    expect(await listCheckpoints(folder)).toEqual([]);
    const saver = createCheckpointSaver(folder, () => Promise.resolve(0));
    await saver.save(8, checkpoint, 'permanent');
    await rm(join(folder, 'checkpoints'), { recursive: true });
    await saver.save(12, checkpoint, 'permanent');
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([12]);
  });
});
