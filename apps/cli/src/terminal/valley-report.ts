import type { EpochRecord, Run } from '@fdr/records';
import {
  formatMeasured,
  formatNumber,
  possibleGain,
  stationaryFloor,
  thresholdOf,
  type ValleyFloor,
} from '@fdr/core/relations';
import type { Section } from './section.js';

/** Parts of the learning rate whose gain is shown. */
const PARTS = [
  [1 / 2, 'at half of it'],
  [1 / 10, 'at a tenth'],
  [0, 'at most'],
] as const;

/** What the run's last averages tell of the valley's floor (section 2.3.1), for people. */
export function valleySection({ config }: Run, last: EpochRecord): Section {
  const valley = stationaryFloor(last, thresholdOf(config.schedule));
  if (!valley) {
    const because = `not in equilibrium: the ratio is not within ${formatNumber(thresholdOf(config.schedule))} of 1`;
    return ['valley floor', [['no estimate', because]]];
  }
  const gains = gainsOf(valley, last.learningRate).map(
    ({ gain }, index) => `${formatMeasured(gain)} ${PARTS[index]?.[1]}`,
  );
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
  return valley && { ...valley, gains: gainsOf(valley, last.learningRate) };
}

const gainsOf = (valley: ValleyFloor, learningRate: number) =>
  PARTS.map(([part]) => {
    const lower = part * learningRate;
    return { learningRate: lower, gain: possibleGain(valley, learningRate, lower) };
  });
