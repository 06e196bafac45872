import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { readCheckpoint, writeCheckpoint } from '../src/checkpoint.js';
import { RunFolderError } from '../src/run-folder-error.js';
import { craftCheckpoint, tensorsIn } from './craft-checkpoint.js';
import { temporaryFolder } from './sample.js';

const TENSORS = { bias: { shape: [2], values: Float32Array.of(1, 2) } };
const COUNTS = '{"epochs":0,"events":0,"commands":0}';

/** What a checkpoint's reader gave or threw. Anything but a one-line RunFolderError fails. */
async function outcomeOf(path: string): Promise<unknown> {
  try {
    return await readCheckpoint(path);
  } catch (error) {
    expect(error).toBeInstanceOf(RunFolderError);
    expect(String(error)).toMatch(/^RunFolderError: checkpoint 1\.safetensors: .+$/);
    return undefined;
  }
}

describe('a checkpoint with a right checksum', () => {
  it.each([
    ['a state that is no JSON', { state: '{' }, "its state can't be read as JSON"],
    ['a state that is nested deeply', { state: '['.repeat(1e5) + ']'.repeat(1e5) }, "its state can't be read as JSON"],
    ['records that are no JSON', { records: 'x' }, "its records can't be read as JSON"],
    ['records of another form', { records: '{"epochs":-1}' }, 'its records: epochs: Too small'],
  ])('is refused in one line for %s', async (_, metadata, message) => {
    const path = join(await temporaryFolder(), '1.safetensors');
    await craftCheckpoint(path, TENSORS, metadata);
    await expect(readCheckpoint(path)).rejects.toThrow(RunFolderError);
    await expect(readCheckpoint(path)).rejects.toThrow(`checkpoint 1.safetensors: ${message}`);
  });

  it('spells only the numbers that JSON lacks', async () => {
    const path = join(await temporaryFolder(), '1.safetensors');
    const state = '[{"$number":"-0"},{"$number":"1e999"},{"$number":{"valueOf":1,"toString":2}},{"$number":[]}]';
    await craftCheckpoint(path, TENSORS, { state });
    expect((await readCheckpoint(path)).state).toEqual([
      -0,
      { $number: '1e999' },
      { $number: { valueOf: 1, toString: 2 } },
      { $number: [] },
    ]);
  });

  it('is read or refused whatever its metadata are', async () => {
    const path = join(await temporaryFolder(), '1.safetensors');
    const text = fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 40 }), fc.constant(COUNTS));
    const metadata = fc.record(
      { format: fc.oneof(fc.constant('fdr-checkpoint-1'), text), state: text, records: text, more: text },
      { requiredKeys: [] },
    );
    let read = 0;
    await holdsFor(metadata, 120, async (given) => {
      await craftCheckpoint(path, TENSORS, given);
      if ((await outcomeOf(path)) !== undefined) read++;
    });
    expect(read).toBeGreaterThan(5);
  });

  it('keeps every JSON state as it was', async () => {
    const path = join(await temporaryFolder(), '1.safetensors');
    await holdsFor(fc.jsonValue(), 60, async (state) => {
      await writeCheckpoint(path, { tensors: TENSORS, state });
      expect((await readCheckpoint(path)).state).toEqual(state);
    });
  });
});

describe('the header of a tensor file', () => {
  const size = fc.oneof(fc.nat(8), fc.integer(), fc.constantFrom(2 ** 53, 1e308, -0, 0.5));
  const entry = fc.record(
    {
      dtype: fc.constantFrom('F64', 'F32', 'I32', 'U8', 'F16', '__proto__', 4),
      shape: fc.oneof(fc.array(size, { maxLength: 20 }), fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(size, size), fc.constant([0, 8]), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const names = fc.oneof(fc.constantFrom('a', '__metadata__', '__proto__', 'constructor', ''), fc.string());
  const header = fc.oneof(fc.dictionary(names, fc.oneof(entry, fc.jsonValue())), fc.jsonValue());

  it('allows no more than the bytes that are there', async () => {
    const length = fc.oneof(fc.constant(undefined), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
    await holdsFor(fc.tuple(header, length, fc.uint8Array({ maxLength: 24 })), 2000, ([given, claimed, data]) => {
      const json = Buffer.from(JSON.stringify(given));
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(claimed ?? BigInt(json.length));
      try {
        const tensors = tensorsIn(Buffer.concat([head, json, data]));
        const bytes = Object.values(tensors).reduce((sum, { values }) => sum + values.byteLength, 0);
        expect(bytes).toBe(data.length);
      } catch (error) {
        if (!(error instanceof RunFolderError)) throw error;
      }
    });
  });
});

describe('the folder of checkpoints', () => {
  it('is refused if it is a link or a file', async () => {
    const run = await temporaryFolder();
    await mkdir(join(run, 'elsewhere'));
    await symlink(join(run, 'elsewhere'), join(run, 'checkpoints'));
    await expect(listCheckpoints(run)).rejects.toThrow(new RunFolderError('checkpoints is not a folder'));
    await rename(join(run, 'checkpoints'), join(run, 'link'));
    await writeFile(join(run, 'checkpoints'), '');
    await expect(listCheckpoints(run)).rejects.toThrow(new RunFolderError('checkpoints is not a folder'));
  });
});
