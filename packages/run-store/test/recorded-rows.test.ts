import { mkdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { checkpointPath } from '../src/checkpoint-files.js';
import { readCheckpoint } from '../src/checkpoint.js';
import { claimRun } from '../src/run-claim.js';
import { continueRun, createRun, NO_RECORDS } from '../src/run-writer.js';
import { tensorsChecksum } from '../src/row-tensors.js';
import { sampleRun, sampleSteps, temporaryFolder } from './sample.js';

const tensors = { bias: { shape: [1], values: Float32Array.of(1) } };
const sums = { 'averages/loss': { shape: [2], values: Float64Array.of(1, 2) } };
const from = (firstRow: number) => ({ tensors, fromRows: { firstRow, tensors: sums }, state: {} });

/** Whether a checkpoint holds what rows tell, or its checksum. */
async function holds(folder: string, step: number): Promise<'sums' | 'checksum'> {
  const { tensors: found, leftOut } = await readCheckpoint(checkpointPath(folder, step));
  if (leftOut === undefined) {
    expect(found).toEqual({ ...tensors, ...sums });
    return 'sums';
  }
  expect(found).toEqual(tensors);
  expect(leftOut).toBe(tensorsChecksum(sums));
  return 'checksum';
}

describe('what rows tell is left out of a checkpoint', () => {
  it('while they are on the disk', async () => {
    const writer = await createRun(await temporaryFolder(), sampleRun());
    writer.appendSteps(sampleSteps(0, 4));
    await writer.saveCheckpoint(4, from(0));
    expect(await holds(writer.folder, 4)).toBe('checksum');
    await writer.close();
  });

  it('and not while the disk refuses them, nor where some were lost, until rows of later steps suffice', async () => {
    const warnings: string[] = [];
    const writer = await createRun(await temporaryFolder(), sampleRun(), {
      warn: (message) => warnings.push(message),
      backlog: 100,
      retryAfter: 1,
    });
    const { folder } = writer;
    writer.appendSteps(sampleSteps(0, 4));
    await writer.settled();
    const steps = join(folder, 'steps.f32');
    await rename(steps, `${steps}.away`);
    await mkdir(steps);
    writer.appendSteps(sampleSteps(4, 8));
    await writer.saveCheckpoint(8, from(0));
    expect(await holds(folder, 8)).toBe('sums');

    // Only 100 bytes wait for the disk: the rows of steps 9 to 16 are lost.
    writer.appendSteps(sampleSteps(8, 16));
    writer.appendSteps(sampleSteps(16, 20));
    await rmdir(steps);
    await rename(`${steps}.away`, steps);
    await eventually(() => expect(warnings.join()).toMatch(/works again; lost meanwhile: 1 appends to steps\.f32/));
    await writer.saveCheckpoint(20, from(0));
    expect(await holds(folder, 20)).toBe('sums');
    writer.appendSteps(sampleSteps(20, 24));
    await writer.saveCheckpoint(24, from(20));
    expect(await holds(folder, 24)).toBe('checksum');
    await writer.close();
  });

  it('in a run that goes on, from where its rows are known to be whole', async () => {
    const directory = await temporaryFolder();
    await (await createRun(directory, sampleRun())).close();
    const point = { step: 4, records: NO_RECORDS, keepsCommands: true, rowsFrom: 4 };
    const writer = await continueRun(await claimRun(directory, 'sample'), sampleRun(), point);
    writer.appendSteps(sampleSteps(4, 8));
    await writer.saveCheckpoint(8, from(0));
    await writer.saveCheckpoint(12, from(4));
    expect([await holds(writer.folder, 8), await holds(writer.folder, 12)]).toEqual(['sums', 'checksum']);
    await writer.close();
  });

  it('and its checksum depends on names, shapes and every bit, but not on the order', () => {
    const more = { ...sums, b: { shape: [], values: Float32Array.of(0) } };
    const checksum = tensorsChecksum(more);
    expect(tensorsChecksum(Object.fromEntries(Object.entries(more).reverse()))).toBe(checksum);
    const others = [
      { ...more, b: { shape: [1], values: Float32Array.of(0) } },
      { ...more, b: { shape: [], values: Float32Array.of(-0) } },
      { ...sums, c: more.b },
    ];
    for (const other of others) expect(tensorsChecksum(other)).not.toBe(checksum);
  });
});
