import { anglePerStep, formatMeasured, lawOfBalance } from '@fdr/core/relations';
import { anyNumber, type EpochRecord, type Run } from '@fdr/records';
import { z } from 'zod';
import type { Pairs, Section } from './section.js';

/** What a run's last averages say of its layers, for people: the law of balance between neighbours, and the angle a step. */
export const layerSections = (run: Run, last: EpochRecord): readonly Section[] => [
  ['law of balance, lambda <D> = noise of a layer less that of the next', balancePairs(run, last)],
  ['angle a step, of each tensor', anglePairs(run, last)],
];

function balancePairs(run: Run, last: EpochRecord): Pairs {
  const laws = lawOfBalance(last, run);
  if ('unknown' in laws) return [['not known', laws.unknown]];
  return laws.map(({ before, after, sides: { left, right, defect }, difference }) => {
    const equation = `${formatMeasured(left)} = ${formatMeasured(right)} off by ${formatMeasured(Math.abs(defect))}`;
    return [
      `${before}, ${after}`,
      difference === undefined ? equation : `${equation}, D ${formatMeasured(difference)}`,
    ];
  });
}

function anglePairs(run: Run, last: EpochRecord): Pairs {
  const angles = anglePerStep(last, run);
  if ('unknown' in angles) return [['not known', angles.unknown]];
  return angles.map(({ tensor, angle, scaleInvariant }) => [
    tensor,
    `${formatMeasured(angle)} rad, ${formatMeasured(scaleInvariant)} where scale-invariant`,
  ]);
}

/** The same for machines; null where it is not known. */
export function layersJson(run: Run, last: EpochRecord) {
  const [laws, angles] = [lawOfBalance(last, run), anglePerStep(last, run)];
  const number = (value: number) => z.encode(anyNumber, value);
  return {
    lawOfBalance:
      'unknown' in laws
        ? null
        : laws.map(({ before, after, sides, difference }) => ({
            before,
            after,
            left: number(sides.left),
            right: number(sides.right),
            defect: number(sides.defect),
            difference,
          })),
    anglePerStep:
      'unknown' in angles
        ? null
        : angles.map(({ tensor, angle, scaleInvariant }) => ({ tensor, angle: number(angle), scaleInvariant })),
  };
}
