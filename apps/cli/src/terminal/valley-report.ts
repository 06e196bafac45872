import {
  calibrationText,
  formatNumber,
  formatRange,
  gainsOf,
  thresholdOf,
  valleyFloor,
  type ValleyFloor,
} from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import type { Section } from './section.js';

/** The harmonic estimate of the valley's floor (section 2.3.1) from the run's epochs, for people. */
export function valleySection(run: Run, epochs: readonly EpochRecord[]): Section {
  const valley = estimateOf(run, epochs);
  if (!valley) {
    const threshold = formatNumber(thresholdOf(run.config.schedule));
    const because = `it needs 10 epochs at one learning rate, the ratio within ${threshold} of 1, and losses that tell a height from 0`;
    return ['valley floor, harmonic estimate', [['no estimate', because]]];
  }
  const gains = gainsOf(valley).map(({ gain, label }) => [label, formatRange(gain)] as const);
  return [
    'valley floor, harmonic estimate from the averages in equilibrium',
    [
      ['loss at the floor', formatRange(valley.floor)],
      ['height above it', `${formatRange(valley.height)} at learning rate ${formatNumber(valley.learningRate)}`],
      ...gains.map(([label, gain]) => [`to gain ${label}`, gain] as const),
      ...(valley.calibration ? [['calibrated', calibrationText(valley)] as const] : []),
    ],
  ];
}

/** The same for machines; null where the epochs do not support it. */
export function valleyJson(run: Run, epochs: readonly EpochRecord[]) {
  const valley = estimateOf(run, epochs);
  if (!valley) return null;
  const { learningRate, floor, height, calibration } = valley;
  const gains = gainsOf(valley).map(({ lower, gain }) => ({ learningRate: lower, ...gain }));
  return { learningRate, floor, height, calibration, gains };
}

const estimateOf = ({ config, stepsPerEpoch }: Run, epochs: readonly EpochRecord[]): ValleyFloor | undefined =>
  valleyFloor(epochs, { stepsPerEpoch, threshold: thresholdOf(config.schedule) });
