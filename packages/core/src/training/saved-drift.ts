import type { LadderState } from '../relations/drift/distance-ladder.js';
import { driftWindows, type DriftState, type DriftWindow } from '../relations/drift/drift-window.js';
import { sizedTensors, type ParameterSpec } from '../parameters.js';
import { zip } from '../zip.js';
import { SnapshotError } from './snapshot-error.js';

/** The state of the windows of distances as a snapshot's JSON holds it: all but the copies of the parameters. */
export interface SavedDrift {
  readonly looks: number;
  readonly latest?: DriftWindow | undefined;
  readonly ladders: readonly Omit<LadderState, 'mean' | 'centre'>[];
}

const slotsOf = (ladder: number) => ({ mean: `drift${ladder}-mean`, centre: `drift${ladder}-centre` });

export const savedDrift = ({ looks, latest, ladders }: DriftState): SavedDrift => ({
  looks,
  latest,
  ladders: ladders.map(({ first, rung, taken, sums }) => ({ first, rung, taken, sums })),
});

/** Hands every copy of the parameters over, by its slot. */
export function keepDrift(
  { ladders }: DriftState,
  keep: (slot: string, values: readonly Float32Array[]) => void,
): void {
  for (const [index, { mean, centre }] of ladders.entries()) {
    keep(slotsOf(index).mean, mean);
    keep(slotsOf(index).centre, centre);
  }
}

/**
 * The inverse of {@link savedDrift} and {@link keepDrift}.
 *
 * @throws SnapshotError where a tensor is missing, or the windows are not those of such a training.
 */
export function restoredDrift(
  { looks, latest, ladders }: SavedDrift,
  parameters: readonly ParameterSpec[],
  stepsPerEpoch: number,
  slotFrom: (slot: string) => readonly Float32Array[],
): DriftState {
  const shapeOf = (states: readonly Pick<LadderState, 'first' | 'sums'>[]) =>
    states.map(({ first, sums }) => `${first} samples of ${sums.length} tensors`).join(', ');
  const expected = shapeOf(driftWindows(sizedTensors(parameters), stepsPerEpoch).state().ladders);
  const found = shapeOf(ladders);
  if (found !== expected) throw new SnapshotError(`the snapshot's drift has ladders of ${found}, expected ${expected}`);
  return {
    looks,
    latest,
    ladders: zip(ladders, [...ladders.keys()].map(slotsOf)).map(([counts, { mean, centre }]) => ({
      ...counts,
      mean: slotFrom(mean),
      centre: slotFrom(centre),
    })),
  };
}
