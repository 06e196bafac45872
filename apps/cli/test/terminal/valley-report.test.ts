import { possibleGain, valleyFloor } from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import { expect, it } from 'vitest';
import { quadraticRun } from '../../../../packages/figures/test/quadratic-run.js';
import { valleyJson, valleySection } from '../../src/terminal/valley-report.js';

const recorded = quadraticRun(1);
// So many steps an epoch that shuffling takes nothing of any direction.
const run: Run = { ...recorded.run, stepsPerEpoch: 1e6 };

/** Epochs in equilibrium at one learning rate: a loss of 0.3 + height. */
const epochsAt = (learningRate: number, height: number): EpochRecord[] =>
  Array.from({ length: 10 }, () => ({
    ...recorded.epochs[0]!,
    learningRate,
    lossHalf: 0.3 + height,
    trainLoss: 0.3 + height,
    oLHalf: 2 * height,
    oRHalf: 2 * height,
  }));

it('shows the harmonic estimate with its intervals, and how it did at earlier drops', () => {
  const [, lines] = valleySection(run, epochsAt(0.1, 0.04));
  // 0.04 / 2, 0.04 * 0.9 and all of it.
  expect(Object.fromEntries(lines)).toEqual({
    'loss at the floor': '0.3000 (0.3000 to 0.3000)',
    'height above it': '0.04000 (0.04000 to 0.04000) at learning rate 0.1',
    'to gain at half of it': '0.02000 (0.02000 to 0.02000)',
    'to gain at a tenth': '0.03600 (0.03600 to 0.03600)',
    'to gain at none': '0.04000 (0.04000 to 0.04000)',
  });
  // The loss fell from 0.34 to 0.316, by 0.024 where 0.02 were estimated.
  const [, calibrated] = valleySection(run, [...epochsAt(0.1, 0.04), ...epochsAt(0.05, 0.016)]);
  expect(Object.fromEntries(calibrated)['calibrated']).toBe('at 1 earlier drop the loss fell by 1.2 of the estimate');
});

it('says what an estimate needs where there is none', () => {
  const [title, lines] = valleySection(run, epochsAt(0.1, 0.04).slice(1));
  expect(title).toBe('valley floor, harmonic estimate');
  expect(lines).toEqual([
    [
      'no estimate',
      'it needs 10 epochs at one learning rate, the ratio within 0.01 of 1, and losses that tell a height from 0',
    ],
  ]);
  expect(valleyJson(run, [])).toBeNull();
});

it('gives machines the same numbers', () => {
  const epochs = epochsAt(0.1, 0.04);
  const valley = valleyFloor(epochs, { stepsPerEpoch: 1e6, threshold: 0.01 })!;
  const { floor, height } = valley;
  expect(valleyJson(run, epochs)).toEqual({
    learningRate: 0.1,
    floor,
    height,
    calibration: undefined,
    gains: [0.05, 0.1 * 0.1, 0].map((learningRate) => ({ learningRate, ...possibleGain(valley, learningRate) })),
  });
});
