import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rowAverages, type SavedAverages } from '@fdr/core/relations';
import { claimRun, continueRun, createRun, NO_RECORDS, openRun, type RunWriter } from '@fdr/run-store';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../src/checkpoint-snapshot.js';
import { resumePoint } from '../src/resume-point.js';
import { toCheckpoint } from '../src/row-averages.js';
import { sampleRun, temporaryFolder } from '../../run-store/test/sample.js';
import { IDENTITY, progressAt } from './sample-state.js';

const COLUMNS = ['loss', 'lossHalf', 'oL'];
const STEPS = 12;
const READINGS = new Map([
  ['loss', { first: 1, every: 1 }],
  ['oL', { first: 1, every: 1 }],
]);
const rowsUpTo = (step: number) =>
  Float32Array.from({ length: COLUMNS.length * step }, (_, index) => Math.fround(Math.sin(index) * 10));

/** Averages that began with the run, at a step. */
function averagesAt(step: number): SavedAverages {
  const averages = rowAverages(COLUMNS, READINGS);
  averages.add(rowsUpTo(step));
  return averages.save();
}

function snapshotAt(step: number) {
  const averages = Object.entries(averagesAt(step));
  return {
    tensors: {
      'dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
      'dense1.bias': { shape: [3], values: new Float32Array(3) },
      ...Object.fromEntries(
        averages.map(([name, { prefixes }]) => [`averages/${name}`, { shape: [prefixes.length], values: prefixes }]),
      ),
    },
    state: {
      version: 2,
      identity: IDENTITY,
      progress: progressAt(step),
      averages: Object.fromEntries(averages.map(([name, { state }]) => [name, state])),
    },
  };
}

/** A run with a checkpoint at steps 4, 8 and 12, none of which holds its prefix sums. */
async function recordedRun() {
  const runsDirectory = await temporaryFolder();
  const writer: RunWriter = await createRun(runsDirectory, { ...sampleRun(), stepColumns: COLUMNS });
  for (const step of [4, 8, STEPS]) {
    writer.appendSteps(rowsUpTo(step).slice(COLUMNS.length * (step - 4)));
    await writer.saveCheckpoint(step, toCheckpoint(snapshotAt(step)));
  }
  await writer.close();
  const steps = join(writer.folder, 'steps.f32');
  const path = join(writer.folder, 'checkpoints', `${STEPS}.safetensors`);
  return {
    runsDirectory,
    path,
    rewrite: async (change: (rows: Float32Array) => Float32Array) => {
      const rows = new Float32Array(Uint8Array.from(await readFile(steps)).buffer);
      await writeFile(steps, Buffer.from(change(rows).buffer));
    },
    read: async () => readSnapshot({ step: STEPS, path }, await openRun(runsDirectory, 'sample')),
  };
}

describe('the averages of a checkpoint are taken from the rows', () => {
  it('bit for bit, and rows of later steps are not read', async () => {
    const { path, read, rewrite } = await recordedRun();
    expect((await readFile(path)).includes('averages/loss')).toBe(false);
    await rewrite((rows) => Float32Array.from([...rows, 1, 2, 3]));
    const { snapshot, rowsFrom } = await read();
    expect(snapshot.tensors).toEqual(snapshotAt(STEPS).tensors);
    expect(rowsFrom).toBe(0);
  });

  /** Changes one value of a row. */
  const withValue = (row: number, column: number, value: (old: number) => number) => (rows: Float32Array) =>
    rows.map((old, index) => (index === COLUMNS.length * row + column ? value(old) : old));
  const nextFloat = (value: number) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer);
    bits[0]! ^= 1;
    return new Float32Array(bits.buffer)[0]!;
  };
  const ROWS = 'its averages are of rows 0 to 12 of steps.f32';
  const LOSS = 'rows 0 to 12 of steps.f32 are not those that its average of loss is of';

  const NONE = 'run sample has no good checkpoint to go on from; to begin it again from its configuration: --from 0';

  it.each<[string, (rows: Float32Array) => Float32Array, string, number | string]>([
    ['a row is lost', withValue(2, 0, () => NaN), LOSS, NONE],
    ['the last bit of a value is flipped', withValue(7, 0, nextFloat), LOSS, 4],
    ['the last bit of another column is flipped', withValue(0, 2, nextFloat), LOSS.replace('loss', 'oL'), NONE],
    ['rows are missing', (rows) => rows.slice(0, -COLUMNS.length), `${ROWS}, which has 11`, 8],
  ])('and not where %s: the newest checkpoint of before is taken', async (_, change, message, outcome) => {
    const { runsDirectory, read, rewrite } = await recordedRun();
    await rewrite(change);
    await expect(read()).rejects.toThrow(`checkpoint 12.safetensors: ${message}`);
    const warnings: string[] = [];
    const point = await resumePoint({ runsDirectory, id: 'sample', warn: (text) => warnings.push(text) }).catch(String);
    if (typeof point !== 'string') await point.claim.release();
    expect(typeof point === 'string' ? point : point.rollback.step).toBe(
      typeof outcome === 'string' ? `TrainingError: ${outcome}` : outcome,
    );
    expect(warnings[0]).toBe(`checkpoint 12.safetensors: ${message}; it is skipped`);
  });

  it('and not where rows have changed places, though their sum is the same', async () => {
    const { rewrite, read } = await recordedRun();
    await rewrite((rows) => {
      const swapped = rows.slice();
      const [a, b] = [COLUMNS.length * 10, COLUMNS.length * 11];
      [swapped[a], swapped[b]] = [rows[b]!, rows[a]!];
      return swapped;
    });
    await expect(read()).rejects.toThrow('of steps.f32 are not those that its average');
  });

  it('and not where the state is of another sum', async () => {
    const { runsDirectory } = await recordedRun();
    const snapshot = snapshotAt(STEPS);
    const { loss } = snapshot.state.averages;
    const averages = { ...snapshot.state.averages, loss: { ...loss!, remainder: 1 } };
    const claim = await claimRun(runsDirectory, 'sample');
    const point = { step: STEPS, records: NO_RECORDS, keepsCommands: true };
    const writer = await continueRun(claim, { ...sampleRun(), stepColumns: COLUMNS }, point);
    await writer.saveCheckpoint(STEPS, toCheckpoint({ ...snapshot, state: { ...snapshot.state, averages } }));
    await writer.close();
    const path = join(writer.folder, 'checkpoints', `${STEPS}.safetensors`);
    await expect(readSnapshot({ step: STEPS, path }, await openRun(runsDirectory, 'sample'))).rejects.toThrow(LOSS);
  });
});
