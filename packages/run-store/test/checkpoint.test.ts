import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { removePartialFiles } from '../src/atomic-write.js';
import { checkpointPath, listCheckpoints } from '../src/checkpoint-files.js';
import { decodeCheckpoint, readCheckpoint, writeCheckpoint } from '../src/checkpoint.js';
import { RunFolderError } from '../src/run-folder-error.js';
import { encodeTensors } from '../src/safetensors.js';
import { createRun } from '../src/run-writer.js';
import { tensorsIn } from './craft-checkpoint.js';
import { sampleRun, temporaryFolder } from './sample.js';

const kernel = { shape: [2, 3], values: new Float32Array([1, -2.5, NaN, Infinity, -0, 1e-45]) };
const tensors = {
  'dense1.bias': { shape: [3], values: new Float32Array([0.1, 0.2, 0.3]) },
  'dense1.kernel': kernel,
  'velocity/dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
  pixels: { shape: [5], values: new Uint8Array([0, 1, 2, 254, 255]) },
  sums: { shape: [2], values: new Float64Array([Math.PI, 1e300]) },
  order: { shape: [3], values: new Int32Array([2, -1, 0]) },
  random: { shape: [1], values: new Uint32Array([0xffff_ffff]) },
  scalar: { shape: [], values: new Float32Array([7]) },
  none: { shape: [0, 4], values: new Float32Array(0) },
};
const state = {
  step: 600,
  average: { sum: 0.1 + 0.2, ratio: NaN, edge: [-0, Infinity, -Infinity] },
  text: '"sha256":"é"',
};

/** The bytes in hexadecimal, to compare values by their bits: NaN equals NaN, and -0 is not 0. */
const bytesOf = (values: ArrayBufferView) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

/** A checkpoint from bytes in memory, or the error. */
const outcomeOf = (bytes: Buffer) =>
  decodeCheckpoint(
    {
      size: bytes.length,
      read: (offset, length) => Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length))),
    },
    [],
    ({ state: found }) => found,
  ).catch((error: unknown) => error);

describe('a checkpoint', () => {
  it('is read back bit for bit', async () => {
    const path = join(await temporaryFolder(), '600.safetensors');
    await writeCheckpoint(path, { tensors, state });
    const found = await readCheckpoint(path, sampleRun().parameters);
    expect(Object.keys(found.tensors).sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      expect(found.tensors[name]?.shape).toEqual(shape);
      expect(found.tensors[name]?.values.constructor).toBe(values.constructor);
      expect(bytesOf(found.tensors[name]!.values)).toBe(bytesOf(values));
    }
    expect(found.state).toStrictEqual(state);
    expect(Object.is((found.state as typeof state).average.edge[0], -0)).toBe(true);
  });

  it('has the safetensors layout: header length, JSON padded to 8 bytes, aligned data without gaps', async () => {
    const path = join(await temporaryFolder(), '0.safetensors');
    await writeCheckpoint(path, { tensors, state });
    const file = await readFile(path);
    const length = Number(file.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(file.toString('utf8', 8, 8 + length));
    expect(header['dense1.kernel']).toMatchObject({ dtype: 'F32', shape: [2, 3] });
    let end = 0;
    for (const [name, entry] of Object.entries<{ data_offsets: [number, number]; dtype: string }>(header)) {
      if (name === '__metadata__') continue;
      expect(entry.data_offsets[0]).toBe(end);
      expect(entry.data_offsets[0] % (Number(entry.dtype.slice(1)) / 8)).toBe(0);
      end = entry.data_offsets[1];
    }
    expect(8 + length + end).toBe(file.length);
    const [from, to] = header['dense1.kernel'].data_offsets;
    expect(file.toString('hex', 8 + length + from, 8 + length + to)).toBe(bytesOf(kernel.values));
  });

  it('is rejected if any single bit is flipped', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, '1.safetensors');
    await writeCheckpoint(path, { tensors: { 'dense1.bias': tensors['dense1.bias'] }, state: { step: 1 } });
    const file = await readFile(path);
    expect(await outcomeOf(file)).toMatchObject({ state: { step: 1 } });
    for (let bit = 0; bit < 8 * file.length; bit += 1) {
      const flipped = Buffer.from(file);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await outcomeOf(flipped), `bit ${bit}`).toBeInstanceOf(RunFolderError);
    }
    // One of each byte also as a file.
    for (let byte = 0; byte < file.length; byte += 1) {
      const flipped = Buffer.from(file);
      flipped[byte] = (flipped[byte] as number) ^ 1;
      await writeFile(join(folder, 'flipped'), flipped);
      await expect(readCheckpoint(join(folder, 'flipped')), `byte ${byte}`).rejects.toThrow(/^checkpoint flipped: /);
    }
  });

  it('is rejected if it is truncated at any byte or has a byte more', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, '1.safetensors');
    await writeCheckpoint(path, { tensors: { 'dense1.bias': tensors['dense1.bias'] }, state: { step: 1 } });
    const file = await readFile(path);
    for (let length = 0; length < file.length; length++) {
      await writeFile(join(folder, 'cut'), file.subarray(0, length));
      await expect(readCheckpoint(join(folder, 'cut')), `${length} bytes`).rejects.toThrow(/^checkpoint cut: /);
    }
    await writeFile(join(folder, 'long'), Buffer.concat([file, Buffer.alloc(1)]));
    await expect(readCheckpoint(join(folder, 'long'))).rejects.toThrow(/^checkpoint long: the tensors end at byte 12/);
  });

  it('is rejected if the model has other parameters, naming the difference', async () => {
    const path = join(await temporaryFolder(), '1.safetensors');
    await writeCheckpoint(path, { tensors, state });
    await expect(readCheckpoint(path, [{ name: 'dense1.kernel', shape: [2, 4] }])).rejects.toThrow(
      'checkpoint 1.safetensors: dense1.kernel has shape [2, 3], expected [2, 4]',
    );
    await expect(readCheckpoint(path, [{ name: 'conv1.bias', shape: [2] }])).rejects.toThrow('it has no conv1.bias');
    await expect(readCheckpoint(path, [{ name: 'constructor', shape: [2] }])).rejects.toThrow('it has no constructor');
  });

  it('is rejected if its header claims more bytes than there are, and nothing is allocated for it', () => {
    const claim = (entry: unknown) => {
      const json = Buffer.from(JSON.stringify({ 'a.b': entry }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return Buffer.concat([length, json, Buffer.alloc(16)]);
    };
    const huge = Buffer.alloc(16, 0xff);
    expect(() => tensorsIn(huge)).toThrow(/the header claims 18446744073709551615 bytes, the file has 16/);
    expect(() => tensorsIn(claim({ dtype: 'F32', shape: [1e9, 1e6], data_offsets: [0, 4e15] }))).toThrow(/a\.b \(F32/);
    expect(() => tensorsIn(claim({ dtype: 'F32', shape: [2 ** 53, 2 ** 53], data_offsets: [0, 16] }))).toThrow(/a\.b/);
    expect(() => tensorsIn(claim({ dtype: 'F32', shape: [-1, -4], data_offsets: [0, 16] }))).toThrow(/shape/);
    expect(() => tensorsIn(claim({ dtype: 'F32', shape: [4], data_offsets: [4, 20] }))).toThrow(/should take bytes 0/);
    expect(() => tensorsIn(claim({ dtype: 'BF16', shape: [8], data_offsets: [0, 16] }))).toThrow(/dtype/);
    expect(() => tensorsIn(claim(null))).toThrow(/a\.b/);
    expect(tensorsIn(claim({ dtype: 'F32', shape: [4], data_offsets: [0, 16] }))['a.b']?.shape).toEqual([4]);
  });

  it('is not written if the values of a tensor disagree with its shape', () => {
    const wrong = { a: { shape: [2, 2], values: new Float32Array(3) } };
    expect(() => encodeTensors({ tensors: wrong, metadata: {} })).toThrow('a has shape [2, 2] but 3 values');
  });

  it('is not written if a tensor has the name of the metadata or numbers that the format has no type for', () => {
    const tensor = { shape: [1], values: new Float32Array(1) };
    expect(() => encodeTensors({ tensors: { __metadata__: tensor }, metadata: {} })).toThrow(
      "a tensor can't be named __metadata__",
    );
    const wide = { shape: [1], values: new BigInt64Array(1) as unknown as Float64Array };
    expect(() => encodeTensors({ tensors: { wide }, metadata: {} })).toThrow(
      'wide: values must be F64, F32, I32, U32, U8, not BigInt64Array',
    );
  });

  it('is rejected if its metadata are no texts, or it has more tensors than any model', () => {
    const encoded = (header: unknown) => {
      const json = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return Buffer.concat([length, json]);
    };
    expect(() => tensorsIn(encoded({ __metadata__: { step: 1 } }))).toThrow(
      'every value of __metadata__ must be a text',
    );
    const empty = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
    const many = Object.fromEntries(Array.from({ length: 100_001 }, (_, index) => [`t${index}`, empty]));
    expect(() => tensorsIn(encoded(many))).toThrow('the header names 100001 tensors, above 100000');
  });

  it('is rejected if another program has written it, or it is larger than any model', async () => {
    const folder = await temporaryFolder();
    const { head, data } = encodeTensors({ tensors: { kernel }, metadata: { format: 'pt' } });
    await writeFile(join(folder, 'other'), Buffer.concat([head, ...data]));
    await expect(readCheckpoint(join(folder, 'other'))).rejects.toThrow(
      'checkpoint other: its format is "pt", expected "fdr-checkpoint-1"',
    );
    await writeFile(join(folder, 'huge'), '');
    await truncate(join(folder, 'huge'), 2 ** 32 + 1);
    await expect(readCheckpoint(join(folder, 'huge'))).rejects.toThrow(
      'checkpoint huge: it has 4294967297 bytes, expected at most 4294967296',
    );
  });

  it('is not read through a symbolic link', async () => {
    const folder = await temporaryFolder();
    await writeCheckpoint(join(folder, 'real'), { tensors, state });
    await symlink(join(folder, 'real'), join(folder, '1.safetensors'));
    await expect(readCheckpoint(join(folder, '1.safetensors'))).rejects.toThrow(/can't be read \(ELOOP\)/);
  });

  it('is saved by the run writer and listed in order of steps', async () => {
    const writer = await createRun(await temporaryFolder(), sampleRun());
    await Promise.all([100, 20, 3].map((step) => writer.saveCheckpoint(step, { tensors, state: { step } })));
    expect(await listCheckpoints(writer.folder)).toEqual([
      { step: 3, path: checkpointPath(writer.folder, 3) },
      { step: 20, path: checkpointPath(writer.folder, 20) },
      { step: 100, path: checkpointPath(writer.folder, 100) },
    ]);
    expect((await readCheckpoint(checkpointPath(writer.folder, 20))).state).toEqual({ step: 20 });
    expect(() => writer.saveCheckpoint(1.5, { tensors, state })).toThrow('step must be a whole number >= 0, not 1.5');
    await writer.close();
  });

  it('is complete or absent when its writer is killed at any moment', async () => {
    const folder = await temporaryFolder();
    const checkpoints = join(folder, 'checkpoints');
    await mkdir(checkpoints);
    const root = new URL('../../..', import.meta.url);
    for (let round = 0; round < 12; round++) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=@fdr/source',
          '--import',
          './register.mjs',
          fileURLToPath(new URL('checkpoint-loop.ts', import.meta.url)),
          folder,
        ],
        { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let saves = 0;
      createInterface({ input: child.stdout }).on('line', () => {
        // The next save has begun by now: it is killed a little later each time.
        if (++saves === 2) setTimeout(() => child.kill('SIGKILL'), round);
      });
      await once(child, 'close');
      expect(saves).toBeGreaterThanOrEqual(2);
      const found = await listCheckpoints(folder);
      expect(found.length).toBeGreaterThanOrEqual(2);
      for (const { step, path } of found) expect((await readCheckpoint(path)).state).toEqual({ step });
    }
    await removePartialFiles(checkpoints);
    expect((await readdir(checkpoints)).filter((name) => !/^\d+\.safetensors$/.test(name))).toEqual([]);
  });
});
