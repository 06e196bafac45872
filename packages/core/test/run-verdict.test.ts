import type { EpochRecord, EventRecord, Run, RunStatus } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { formatRatio, judgeBalance, ratioScatter, runVerdict, windowOf } from '../src/relations/index.js';
import { train } from '../src/training/trainer.js';
import { base, collect, column, itemsOf } from './contract/sample-training.js';
import { RECORDED_CONFIG } from './reference/recorded-config.js';

const TIME = '2026-01-01T00:00:00.000Z';
type Sides = readonly [ratio: number, scatter: number | undefined];
const sidesOf = ([ratio, scatter]: Sides) => ({ oLHalf: 2 * ratio, oRHalf: 2, ratio, scatter });

/** An epoch of 100 steps whose ratios are given: the total's, and those of two layers. */
function epochOf(epoch: number, total: Sides, first: Sides, second: Sides): EpochRecord {
  const full = { trainLoss: 0.4, trainAccuracy: 0.9, testLoss: 0.5, testAccuracy: 0.9, gradientNormSquared: 1, oFB: 1 };
  const layers = { 'a.kernel': sidesOf(first), 'b.kernel': sidesOf(second) };
  return { epoch, step: 100 * epoch, learningRate: 0.1, lossHalf: 0.5, ...sidesOf(total), layers, ...full, seconds: 1 };
}
const good = (epoch: number) => epochOf(epoch, [1.004, 0.002], [0.998, 0.001], [1.001, 0.003]);

function runOf(status: RunStatus, change: object = {}): Run {
  const config = { ...RECORDED_CONFIG, epochs: 9, schedule: { kind: 'constant' }, ...change };
  return { id: 'r1', status, stepsPerEpoch: 100, config } as unknown as Run;
}
const verdictOn = (epochs: EpochRecord[], status: RunStatus = 'running', events: EventRecord[] = [], change = {}) =>
  runVerdict({ run: runOf(status, change), epochs, events });
const statusEvent = (status: RunStatus, message: string): EventRecord => ({
  step: 250,
  epoch: 2,
  time: TIME,
  type: 'status',
  status,
  message,
});

describe('the balance of an epoch, X = 0.01', () => {
  it.each([
    // 1.05 - 2 * 0.01 is above 1.01
    ['moving', [1.05, 0.01], [1, 0.001], [1, 0.001]],
    ['moving', [33, 1], [46, 2], [1, 0.001]],
    // 1.004 + 2 * 0.002 is below 1.01, but 0.62 is not in doubt
    ['settling', [1.004, 0.002], [1, 0.001], [0.62, 0.05]],
    // the total decides nothing, and a layer does
    ['settling', [1.0056, 0.04], [1, 0.001], [0.62, 0.05]],
    ['undecided', [1.0056, 0.04], [1, 0.001], [1, 0.001]],
    // the total is balanced; of one layer that can't be said
    ['undecided', [1.004, 0.002], [1.009, 0.001], [1, 0.001]],
    ['undecided', [1.004, 0.002], [1.001, undefined], [1, 0.001]],
    ['undecided', [1.004, undefined], [1, 0.001], [1, 0.001]],
    ['undecided', [NaN, NaN], [NaN, NaN], [NaN, NaN]],
    ['balanced', [1.004, 0.002], [0.998, 0.001], [1.001, 0.003]],
  ] as const)('is %s with %j, %j, %j', (state, total, first, second) => {
    expect(judgeBalance(epochOf(1, total, first, second), 0.01).state).toBe(state);
  });

  it('is never reached by a right side that is not positive', () => {
    const sides = { oLHalf: -1, oRHalf: -1, scatter: 0.001 };
    expect(judgeBalance({ ...sides, layers: {} }, 0.01).state).toBe('undecided');
  });

  it('names as slowest who is outside for certain, not who scatters most', () => {
    expect(judgeBalance(epochOf(1, [1, 0.001], [0.5, 0.4], [1.05, 0.01]), 0.01).slowest?.name).toBe('b.kernel');
    expect(judgeBalance(epochOf(1, [1, 0.001], [0.5, 0.4], [1.01, 0.001]), 0.01).slowest?.name).toBe('a.kernel');
  });
});

describe('the verdict on a run', () => {
  it('is balanced since the first epoch from which on all were, and says how sure', () => {
    const lucky = epochOf(2, [1.0001, 0.02], [1, 0.02], [1, 0.02]);
    const verdict = verdictOn([good(1), lucky, good(3), good(4)]);
    expect(verdict).toMatchObject({ state: 'balanced', tone: 'good' });
    expect(verdict.sentence).toBe(
      'Balanced since epoch 3: O_L / O_R is 1.004 ± 0.004 over 200 steps, and every layer is within 1 ± 0.01; slowest a.kernel, 0.998 ± 0.002.',
    );
  });

  it('does not count epochs at another rate', () => {
    const reason = { rule: 'command', message: 'by hand' };
    const change: EventRecord = { type: 'learningRate', step: 200, epoch: 2, time: TIME, from: 0.2, to: 0.1, reason };
    const { sentence } = verdictOn([good(1), good(2), good(3), good(4)], 'running', [change]);
    expect(sentence).toContain('since epoch 3');
    // The averages are of the later half of the steps 201 to 400.
    expect(sentence).toContain('over 100 steps');
    // A change at the end of the last epoch came after its averages.
    const after = verdictOn([good(1), good(2), good(3), good(4)], 'running', [{ ...change, step: 400 }]);
    expect(after.sentence).toContain('since epoch 1: O_L / O_R is 1.004 ± 0.004 over 200 steps');
  });

  it('says in every other state what is known and what is not', () => {
    expect(verdictOn([]).sentence).toBe('Nothing is measured before the first epoch has finished.');
    expect(verdictOn([epochOf(1, [33, 1], [46, 2], [1, 0.01])]).sentence).toBe(
      'Moving: O_L / O_R is 33 ± 2 over 50 steps, outside 1 ± 0.01; slowest a.kernel, 46 ± 4.',
    );
    expect(verdictOn([epochOf(2, [1.004, 0.002], [1, 0.001], [0.62, 0.05])]).sentence).toBe(
      'Settling: the total is balanced, O_L / O_R is 1.004 ± 0.004 over 100 steps; outside 1 ± 0.01 is b.kernel, 0.62 ± 0.10.',
    );
    // 100 steps * 0.08 / 0.01
    expect(verdictOn([epochOf(2, [1.0056, 0.04], [1, 0.001], [0.9, 0.1])]).sentence).toBe(
      'Undecided: O_L / O_R is 1.01 ± 0.08 over 100 steps, which may be inside 1 ± 0.01 or outside; slowest b.kernel, 0.9 ± 0.2. A window of some 800 steps would tell.',
    );
    const adam = { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } };
    expect(verdictOn([good(1)], 'running', [], adam)).toMatchObject({ state: 'unmeasured', tone: 'calm' });
  });

  it('never looks healthy or finished where the run went wrong', () => {
    const diverged = verdictOn([good(1), good(2)], 'diverged', [
      statusEvent('diverged', 'the loss is no longer finite'),
    ]);
    expect(diverged).toMatchObject({ state: 'diverged', tone: 'bad', gain: undefined });
    expect(diverged.sentence).toBe('Diverged at step 250, after 2 of 9 epochs: the loss is no longer finite.');
    expect(diverged.next?.command).toContain('fdr train --config runs/r1/run.json --learning-rate');
    // A process that was killed has said nothing: its last word is that it runs.
    const killed = verdictOn([good(1), good(2)], 'failed', [statusEvent('running', 'training begins')]);
    expect(killed).toMatchObject({ state: 'interrupted', tone: 'bad', next: { command: 'fdr resume r1' } });
    expect(killed.sentence).toMatch(/^Interrupted after 2 of 9 epochs: its process ended without saying so\. Balanced/);
    expect(verdictOn([], 'failed', [statusEvent('failed', 'out of memory')]).sentence).toMatch(/: out of memory\. N/);
  });

  it('says how a run ended, and what to type', () => {
    const unsettled = epochOf(9, [1.05, 0.01], [1, 0.001], [1, 0.001]);
    expect(verdictOn([unsettled], 'finished')).toMatchObject({
      tone: 'busy',
      sentence: expect.stringMatching(/^Finished after 9 epochs\. Moving/),
      next: { command: 'fdr resume r1 --epochs 18' },
    });
    expect(verdictOn([good(9)], 'finished').next).toBeUndefined();
    expect(verdictOn([good(4)], 'finished', [statusEvent('finished', 'cooled down')]).sentence).toMatch(
      /^Finished after 4 of 9 epochs: cooled down\./,
    );
    expect(verdictOn([good(4)], 'stopped').next?.command).toBe('fdr resume r1');
    expect(verdictOn([good(4)], 'paused').sentence).toMatch(/^Paused after 4 of 9 epochs\. Balanced/);
  });

  it('counts the drops that may be luck, and those at which a layer was outside', () => {
    const drop = (scatter: number, layer: number): EventRecord => ({
      type: 'learningRate',
      step: 100,
      epoch: 1,
      time: TIME,
      from: 0.2,
      to: 0.1,
      reason: { rule: 'equilibrium', message: '', ratio: 1.001, threshold: 0.01, stepsUsed: 50, scatter },
      layers: { 'a.kernel': { ratio: layer, scatter: 0.01 } },
    });
    const { drops } = verdictOn([good(2)], 'running', [drop(0.04, 0.62), drop(0.04, 1), drop(0.004, 1)]);
    expect(drops).toBe(
      '2 of 3 drops may be luck: the ratio scatters more than the threshold; at 1 a layer was outside for certain.',
    );
    expect(verdictOn([good(2)], 'running', [drop(0.004, 1)]).drops).toBe(
      'None of 1 drop is within noise; at none a layer was outside for certain.',
    );
    expect(verdictOn([good(2)]).drops).toBeUndefined();
  });

  it('says what half the rate gains where the floor can be estimated, and what to set', () => {
    const epochs = Array.from({ length: 12 }, (_, index) => ({ ...good(index + 1), trainLoss: 0.5 }));
    const { gain, next } = verdictOn(epochs);
    // The height is O_R / 2 = 1 at most where nothing of the noise cancels, and half the rate takes a half of that at least.
    expect(gain).toMatch(
      /^At half the rate, 0.05, the loss would be lower by about 0\.51.* \(0\.5000 to .*; no earlier drop has tested/,
    );
    expect(next?.text).toBe('To gain that, set the learning rate to 0.05.');
    expect(verdictOn(epochs.slice(0, 9)).gain).toMatch(/^What a lower rate would gain is not known/);
  });
});

it('a ratio is written to the digit that its error leaves', () => {
  expect(formatRatio({ ratio: 1.00412, error: 0.0062 })).toBe('1.004 ± 0.006');
  expect(formatRatio({ ratio: 0.81, error: 0.14 })).toBe('0.81 ± 0.14');
  expect(formatRatio({ ratio: 1234.5, error: 88 })).toBe('1235 ± 88');
  expect(formatRatio({ ratio: 0.98765, error: undefined })).toBe('0.9877 (its scatter is not known)');
  expect(formatRatio({ ratio: NaN, error: 1 })).toBe('not a number');
});

it('a training records the scatter of its ratios, which anyone can compute again from the rows', async () => {
  const epochs = 4;
  const items = await collect(train({ ...base, epochs }));
  const records = itemsOf('epoch', items).map(({ record }) => record);
  const { step } = records.at(-1)!;
  const window = windowOf({ step }, []);
  const sums = (name: string) => {
    const values = column(name, items).slice(step - window, step);
    // 40 steps, 20 in the window, read at each: 16 blocks end at the rounded sixteenths.
    const ends = Array.from({ length: 17 }, (_, share) => Math.round((share * window) / 16));
    return Float64Array.from(ends, (end) => values.slice(0, end).reduce((sum, value) => sum + value, 0));
  };
  const slow = (suffix: string) => ratioScatter(sums(`oL${suffix}`), sums(`oR${suffix}`));
  expect(records.at(-1)!.scatter).toBeCloseTo(slow('')!, 10);
  for (const [name, { scatter }] of Object.entries(records.at(-1)!.layers))
    expect(scatter).toBeCloseTo(slow(`/${name}`)!, 10);
});
