import type { AverageState, ParameterMean } from '../averaging/parameter-average.js';
import { slotValues, type ParameterSpec } from '../parameters.js';
import type { TensorValues } from '@fdr/program';
import { SnapshotError } from './snapshot-error.js';
import { RUNNING } from './step.js';

/** The average of the parameters as a snapshot's JSON holds it: how many steps each mean is of. */
export interface SavedSteps {
  readonly taken: number;
  readonly sinceChange: number;
  readonly blocks: readonly number[];
  readonly latest?: number | undefined;
}

/** Slot of the average of the last epoch's end. */
const LATEST = 'average';
/** Slot of one of the means that it is made of. */
const blockSlot = (index: number): string => `block${index}`;

export const savedSteps = ({ taken, sinceChange, blocks, latest }: AverageState): SavedSteps => ({
  taken,
  sinceChange,
  blocks: blocks.map(({ steps }) => steps),
  ...(latest && { latest: latest.steps }),
});

/** Hands every tensor of an average over, by its slot. */
export function keepAverage(
  { blocks, latest }: AverageState,
  state: TensorValues,
  parameters: readonly ParameterSpec[],
  keep: (slot: string, values: readonly Float32Array[]) => void,
): void {
  keep(RUNNING, slotValues(RUNNING, parameters, state));
  for (const [index, { values }] of blocks.entries()) keep(blockSlot(index), values);
  if (latest) keep(LATEST, latest.values);
}

/** The inverse of {@link savedSteps} and {@link keepAverage}. @throws SnapshotError where the snapshot holds none, or lacks a tensor of it. */
export function savedAverage(
  saved: SavedSteps | undefined,
  slotFrom: (slot: string) => readonly Float32Array[],
): AverageState {
  if (!saved) throw new SnapshotError('the snapshot lacks the average of the parameters');
  const { taken, sinceChange, blocks, latest } = saved;
  const mean = (steps: number, slot: string): ParameterMean => ({ steps, values: slotFrom(slot) });
  return {
    taken,
    sinceChange,
    blocks: blocks.map((steps, index) => mean(steps, blockSlot(index))),
    latest: latest === undefined ? undefined : mean(latest, LATEST),
  };
}
