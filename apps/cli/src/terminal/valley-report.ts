import {
  formatMeasured,
  formatNumber,
  possibleGain,
  stationaryFloor,
  thresholdOf,
  type ValleyFloor,
} from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import type { Section } from './section.js';

/** Fractions of the learning rate whose gain is shown. */
const FRACTIONS = [
  { fraction: 1 / 2, label: 'at half of it' },
  { fraction: 1 / 10, label: 'at a tenth' },
  { fraction: 0, label: 'at most' },
] as const;

/** The estimate of the valley's floor (section 2.3.1) from the run's last averages, for people. */
export function valleySection({ config }: Run, last: EpochRecord): Section {
  const valley = stationaryFloor(last, thresholdOf(config.schedule));
  if (!valley) {
    const because = `not in equilibrium: the ratio is not within ${formatNumber(thresholdOf(config.schedule))} of 1`;
    return ['valley floor', [['no estimate', because]]];
  }
  const gains = gainsOf(valley, last.learningRate).map(({ gain, label }) => `${formatMeasured(gain)} ${label}`);
  return [
    'valley floor, estimated from the averages in equilibrium',
    [
      ['loss at the floor', formatMeasured(valley.floor)],
      ['height above it', `${formatMeasured(valley.height)} at learning rate ${formatNumber(last.learningRate)}`],
      ['still to gain', gains.join(', ')],
    ],
  ];
}

/** The same for machines; null where the averages are not in equilibrium. */
export function valleyJson({ config }: Run, last: EpochRecord) {
  const valley = stationaryFloor(last, thresholdOf(config.schedule));
  if (!valley) return null;
  const gains = gainsOf(valley, last.learningRate).map(({ learningRate, gain }) => ({ learningRate, gain }));
  return { ...valley, gains };
}

/** What the loss would fall by at lower learning rates. */
const gainsOf = (valley: ValleyFloor, learningRate: number) =>
  FRACTIONS.map(({ fraction, label }) => {
    const lower = fraction * learningRate;
    return { label, learningRate: lower, gain: possibleGain(valley, learningRate, lower) };
  });
