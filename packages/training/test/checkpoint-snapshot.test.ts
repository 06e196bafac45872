import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRun, openRun, RunFolderError } from '@fdr/run-store';
import { holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../src/checkpoint-snapshot.js';
import { resumePoint } from '../src/resume-point.js';
import { craftCheckpoint } from '../../run-store/test/craft-checkpoint.js';
import { sampleRun, temporaryFolder } from '../../run-store/test/sample.js';
import { IDENTITY, progressAt } from './sample-state.js';

const AVERAGE = { first: 1, every: 1, steps: 8, sum: 1, remainder: 0, lastNotFinite: 0, firstKept: 4 };
const PROGRESS = {
  ...progressAt(8),
  pendingEvents: [{ type: 'warning', step: 8, epoch: 2, message: 'a warning' }],
};
const STATE = { version: 2, identity: IDENTITY, progress: PROGRESS, averages: { loss: AVERAGE } };
const TENSORS = {
  'dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
  'dense1.bias': { shape: [3], values: new Float32Array(3) },
  'averages/loss': { shape: [5], values: new Float64Array(5) },
};
const RECORDS = '{"epochs":0,"events":0,"commands":0}';

const progress = (changes: object) => ({ ...STATE, progress: { ...PROGRESS, ...changes } });

/** A run folder with these checkpoints, whose checksums are right. Of the columns, the loss alone has an average. */
async function runWith(states: Readonly<Record<number, unknown>>, tensors: object = TENSORS) {
  const runsDirectory = await temporaryFolder();
  const writer = await createRun(runsDirectory, { ...sampleRun(), stepColumns: ['loss', 'lossHalf'] });
  await writer.close();
  const path = (step: number) => join(writer.folder, 'checkpoints', `${step}.safetensors`);
  for (const [step, state] of Object.entries(states))
    await craftCheckpoint(
      path(Number(step)),
      { ...TENSORS, ...tensors },
      { state: JSON.stringify(state), records: RECORDS },
    );
  const reader = await openRun(runsDirectory, 'sample');
  const read = (step: number) => readSnapshot({ step, path: path(step) }, reader);
  return { runsDirectory, folder: writer.folder, path, read };
}

describe('a checkpoint becomes a snapshot', () => {
  it('if every field is right', async () => {
    const { read } = await runWith({ 8: STATE });
    expect(await read(8)).toEqual({
      step: 8,
      records: JSON.parse(RECORDS),
      snapshot: { tensors: TENSORS, state: STATE },
      // The rows that the averages are of are not there.
      rowsFrom: 8,
    });
  });

  it.each<[string, unknown, string]>([
    ['a state that is no object', 5, 'Invalid input: expected object, received number; found 5'],
    ['another version', { ...STATE, version: 1 }, 'version: Invalid input: expected 2; found 1'],
    [
      'a step beyond the training',
      progress({ step: 1e12, epoch: 2.5e11 }),
      'progress.epoch: Too big: expected number to be <=1000000; found 250000000000',
    ],
    [
      'a step that is not that of its epoch',
      progress({ step: 9 }),
      'progress.step: must be epoch * stepsPerEpoch + stepInEpoch; found 9',
    ],
    ['more steps than an epoch has', progress({ epoch: 0, stepInEpoch: 8 }), 'progress.step: must be epoch'],
    ['an epoch that the run has not', progress({ step: 16, epoch: 4 }), 'it is of step 16, expected 8'],
    [
      'a learning rate that is no number',
      progress({ learningRate: 'NaN' }),
      'progress.learningRate: Invalid input: expected number, received string; found "NaN"',
    ],
    [
      'a negative learning rate',
      progress({ learningRate: -1 }),
      'progress.learningRate: Too small: expected number to be >=0; found -1',
    ],
    ['a schedule that is not built in', progress({ schedule: { kind: 'magic' } }), 'progress.schedule'],
    [
      'the state of another schedule',
      progress({ scheduleState: { epochs: 1 } }),
      'progress.scheduleState: must be a state of the schedule; found an object',
    ],
    [
      'a random state of zeros',
      progress({ random: [0, 0, 0, 0] }),
      'progress.random: must not be all zeros; found a list of 4',
    ],
    [
      'an event of the future',
      progress({ pendingEvents: [{ type: 'warning', step: 9, epoch: 2, message: '' }] }),
      'progress.pendingEvents: must not be later',
    ],
    [
      'too many events',
      progress({ pendingEvents: Array.from({ length: 1001 }, () => PROGRESS.pendingEvents[0]) }),
      'progress.pendingEvents: Too big',
    ],
    [
      'an average of more steps than were made',
      { ...STATE, averages: { loss: { ...AVERAGE, steps: 9 } } },
      'averages: must all be of the same steps, at most those done; found an object',
    ],
    [
      'another number of steps in an epoch',
      { ...STATE, identity: { ...IDENTITY, stepsPerEpoch: 8 }, progress: { ...PROGRESS, epoch: 1 } },
      'its epochs have 8 steps, expected 4',
    ],
    [
      'a key that no state has',
      JSON.parse(JSON.stringify(STATE).replace('{', '{"__proto__":{"version":2},')),
      'Unrecognized key: "__proto__"',
    ],
  ])('and not with %s', async (_, state, message) => {
    const { read } = await runWith({ 8: state });
    await expect(read(8)).rejects.toThrow(RunFolderError);
    await expect(read(8)).rejects.toThrow(`checkpoint 8.safetensors: ${message}`);
  });

  it('and not of an epoch beyond those of the run', async () => {
    const { read } = await runWith({ 16: progress({ step: 16, epoch: 4 }) });
    await expect(read(16)).rejects.toThrow('checkpoint 16.safetensors: it is of epoch 4, expected at most 3');
  });

  const tensor = (ArrayType: typeof Float32Array | typeof Int32Array, ...shape: number[]) => ({
    shape,
    values: new ArrayType(shape.reduce((product, length) => product * length, 1)),
  });
  it.each([
    ['of another type', { 'dense1.bias': tensor(Int32Array, 3) }, 'dense1.bias is I32, expected F32'],
    ['of no parameter', { velocity: tensor(Float32Array, 1) }, 'velocity is F32 [1], expected no such tensor'],
    [
      'of another shape',
      { 'velocity/dense1.bias': tensor(Float32Array, 2) },
      'velocity/dense1.bias is F32 [2], expected F32 [3]',
    ],
    ['that are no scalars', { 'optimizer/x': tensor(Float32Array, 1) }, 'optimizer/x is F32 [1], expected F32 []'],
    [
      'of an average that it has not',
      { 'averages/oL': { shape: [1], values: new Float64Array(1) } },
      'averages/oL is F64 [1], expected no such tensor',
    ],
    [
      'of more slots than any optimizer has',
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}/dense1.bias`, tensor(Float32Array, 3)])),
      "it has 9 tensors of each parameter's shape, expected at most 8",
    ],
  ])('and not with tensors %s', async (_, tensors, message) => {
    const { read } = await runWith({ 8: STATE }, tensors);
    await expect(read(8)).rejects.toThrow(`checkpoint 8.safetensors: ${message}`);
  });

  it.each([
    ['lacks one', {}, 'it lacks the average of loss'],
    ['has another one', { loss: AVERAGE, oL: AVERAGE }, 'it has an average of oL, which is no column'],
    [
      'has one that is read at other steps',
      { loss: { ...AVERAGE, first: 4, every: 4, firstKept: 1 } },
      'it has an average of loss whose first, every, firstKept and sums are 4, 4, 1, 3, expected 1, 1, 4, 5 at step 8',
    ],
  ])('and not if it %s of its averages', async (_, averages, message) => {
    const kept = 'oL' in averages ? { 'averages/oL': TENSORS['averages/loss'] } : {};
    const sums = 'loss' in averages && averages.loss.every === 4 ? 3 : 5;
    const { path, read } = await runWith({});
    const loss = 'loss' in averages ? { 'averages/loss': { shape: [sums], values: new Float64Array(sums) } } : {};
    const others = Object.fromEntries(Object.entries(TENSORS).filter(([name]) => name !== 'averages/loss'));
    await craftCheckpoint(
      path(8),
      { ...others, ...loss, ...kept },
      { state: JSON.stringify({ ...STATE, averages }), records: RECORDS },
    );
    await expect(read(8)).rejects.toThrow(`checkpoint 8.safetensors: ${message}`);
  });

  it('or is refused in one line, whatever its state is', async () => {
    const { path, read } = await runWith({});
    const part = fc.jsonValue();
    const state = fc.record({
      version: fc.oneof(fc.constant(2), part),
      identity: fc.oneof(fc.constant(IDENTITY), part),
      progress: fc.oneof(
        fc.record({
          ...Object.fromEntries(
            Object.entries(PROGRESS).map(([name, value]) => [
              name,
              fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, part),
            ]),
          ),
        }),
        part,
      ),
      averages: fc.oneof(fc.constant({}), fc.dictionary(fc.string(), fc.oneof(fc.constant(AVERAGE), part)), part),
    });
    await holdsFor(state, 150, async (given) => {
      await craftCheckpoint(path(8), TENSORS, { state: JSON.stringify(given), records: RECORDS });
      try {
        await read(8);
      } catch (error) {
        expect(error).toBeInstanceOf(RunFolderError);
        expect(String(error)).toMatch(/^RunFolderError: checkpoint 8\.safetensors: .+$/);
      }
    });
  });
});

describe('a run is resumed', () => {
  it('from the newest checkpoint that is right', async () => {
    const otherAverage = { ...AVERAGE, steps: 7 };
    const { runsDirectory, folder } = await runWith({
      8: STATE,
      10: { ...progress({ step: 10, stepInEpoch: 2 }), averages: { loss: otherAverage } },
      12: progress({ step: 1e12 }),
      16: 'nonsense',
    });
    await mkdir(join(folder, 'checkpoints', '20.safetensors'));
    const warnings: string[] = [];
    const { rollback, claim } = await resumePoint({
      runsDirectory,
      id: 'sample',
      warn: (message) => warnings.push(message),
    });
    await claim.release();
    expect(rollback.step).toBe(8);
    expect(warnings).toEqual([
      'checkpoint 20.safetensors: 20.safetensors is not a regular file; it is skipped',
      expect.stringMatching(/^checkpoint 16\.safetensors: Invalid input: .*; found "nonsense"; it is skipped$/),
      expect.stringMatching(/^checkpoint 12\.safetensors: progress\.step: .*; found 1000000000000; it is skipped$/),
      expect.stringMatching(
        /^checkpoint 10\.safetensors: it has an average of loss whose .* at step 7; it is skipped$/,
      ),
    ]);
  });
});
