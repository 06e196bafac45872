import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { snapshotState } from '@fdr/records';
import { readCheckpoint } from '@fdr/run-store';
import { temporaryFolder } from '@fdr/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkpointParameters } from '../src/checkpoint-parameters.js';
import { fileHandles } from '../../run-store/test/file-handles.js';
import { IDENTITY, progressAt } from './sample-state.js';

const PARAMETERS = [{ name: 'bias', shape: [3] }];
const STATE = snapshotState.parse({
  version: 2,
  identity: IDENTITY,
  progress: progressAt(0),
  averages: {},
});

/** A file without data behind its header, as large as the header says: a hole that takes no space. */
async function hugeFile(shapes: Readonly<Record<string, number[]>>, metadata: object): Promise<string> {
  let end = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const from = end;
    end += 4 * shape.reduce((product, length) => product * length, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [from, end] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const path = join(await temporaryFolder(), '8.safetensors');
  await writeFile(path, Buffer.concat([length, header]));
  await truncate(path, 8 + header.length + end);
  return path;
}

/** Counts the bytes that are asked for in this test. */
async function countingReads(): Promise<() => number> {
  const read = vi.spyOn(await fileHandles(), 'read');
  onTestFinished(() => read.mockRestore());
  return () =>
    (read.mock.calls as unknown as [Buffer, number, number][]).reduce((sum, [, , length]) => sum + length, 0);
}

const METADATA = { format: 'fdr-checkpoint-1', state: JSON.stringify(STATE) };
const GIGABYTES = [900_000_000];

it.each<[string, Record<string, number[]>, object, string]>([
  ['of another program', { bias: [3], x: GIGABYTES }, { format: 'pt' }, 'its format is "pt", expected'],
  ['of another model', { other: GIGABYTES }, METADATA, 'it has no bias'],
  ['of a larger model', { bias: GIGABYTES }, METADATA, 'bias has shape [900000000], expected [3]'],
])('of a huge file %s, the header alone is read', async (_, shapes, metadata, message) => {
  const path = await hugeFile(shapes, metadata);
  const bytes = await countingReads();
  await expect(readCheckpoint(path, PARAMETERS)).rejects.toThrow(`checkpoint 8.safetensors: ${message}`);
  expect(bytes()).toBeLessThan(2000);
});

it.each([
  ['a tensor that no training has', { bias: [3], x: GIGABYTES }, 'x is F32 [900000000], expected no such tensor'],
  ['a velocity that is too large', { bias: [3], 'velocity/bias': GIGABYTES }, 'velocity/bias is F32 [900000000], exp'],
  ['sums of no average', { bias: [3], 'averages/loss': GIGABYTES }, 'averages/loss is F32 [900000000], expected no'],
])('of a huge file with %s, the header alone is read', async (_, shapes, message) => {
  const path = await hugeFile(shapes, METADATA);
  const bytes = await countingReads();
  await expect(checkpointParameters(path, PARAMETERS)).rejects.toThrow(`checkpoint 8.safetensors: ${message}`);
  expect(bytes()).toBeLessThan(2000);
});
