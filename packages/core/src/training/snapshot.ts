import { scalarName, type Optimizer } from '../optimizers/optimizer.js';
import { namedSlot, slotValues, type ParameterSpec } from '../parameters.js';
import type { TensorValues } from '../program.js';
import type { Progress } from './progress.js';
import type { SavedAverages } from './recording.js';
import type { HalfRunningAverageState } from '../relations/half-running-average.js';

export const SNAPSHOT_VERSION = 1;

export interface SnapshotTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** What must be the same for a training to go on bit for bit; the optimizer's hyperparameters are among it by their names. */
export interface SnapshotIdentity extends Readonly<Record<string, string | number>> {
  readonly objective: string;
  readonly stepsPerEpoch: number;
  readonly optimizer: string;
  readonly weightDecay: number;
}

/** Snapshots of version 1 had no other optimizer, and did not name it. */
const FIRST_OPTIMIZER = 'sgd';

/** Everything from which a training goes on bit for bit. */
export interface Snapshot {
  /**
   * Parameters by their names (`dense1.kernel`, float32), the optimizer's state (`velocity/dense1.kernel`,
   * `optimizer/firstWeight`, float32), and the prefix sums of the half-running averages (`averages/loss`, float64).
   */
  readonly tensors: Readonly<Record<string, SnapshotTensor>>;
  /** All the rest; JSON carries it without loss. */
  readonly state: {
    readonly version: number;
    readonly identity: SnapshotIdentity;
    readonly progress: Progress;
    readonly averages: Readonly<Record<string, HalfRunningAverageState>>;
  };
}

/** @param state of the training program: `parameters/...`, `velocity/...`. Everything is copied: a snapshot may be sent away whole. */
export function toSnapshot(
  identity: SnapshotIdentity,
  parameters: readonly ParameterSpec[],
  optimizer: Optimizer,
  { progress, state, averages }: { progress: Progress; state: TensorValues; averages: SavedAverages },
): Snapshot {
  const tensors: Record<string, SnapshotTensor> = {};
  for (const slot of ['parameters', ...optimizer.slots])
    slotValues(slot, parameters, state).forEach((values, index) => {
      const { name, shape } = parameters[index] as ParameterSpec;
      tensors[slot === 'parameters' ? name : `${slot}/${name}`] = { shape, values: values.slice() };
    });
  for (const name of optimizer.scalars.map(scalarName))
    tensors[name] = { shape: [], values: (state[name] as Float32Array).slice() };
  for (const [name, { prefixes }] of Object.entries(averages))
    tensors[`averages/${name}`] = { shape: [prefixes.length], values: prefixes };
  return {
    tensors,
    state: {
      version: SNAPSHOT_VERSION,
      identity,
      progress,
      averages: Object.fromEntries(Object.entries(averages).map(([name, { state: saved }]) => [name, saved])),
    },
  };
}

/** A snapshot does not belong to the training it was given to. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** @throws SnapshotError naming the first difference; nothing is taken from a snapshot that differs. */
export function fromSnapshot(
  identity: SnapshotIdentity,
  parameters: readonly ParameterSpec[],
  optimizer: Optimizer,
  snapshot: Snapshot,
): { readonly progress: Progress; readonly state: TensorValues; readonly averages: SavedAverages } {
  const { tensors, state: saved } = snapshot;
  if (saved.version !== SNAPSHOT_VERSION)
    throw new SnapshotError(`the snapshot's version is ${saved.version}, expected ${SNAPSHOT_VERSION}`);
  for (const [name, expected] of Object.entries(identity)) {
    const found = saved.identity[name] ?? (name === 'optimizer' ? FIRST_OPTIMIZER : undefined);
    if (found !== expected)
      throw new SnapshotError(`the snapshot's ${name} is ${found}, this training's is ${expected}`);
  }
  const tensor = <Values extends Float32Array | Float64Array>(
    name: string,
    type: new (length: number) => Values,
    shape?: readonly number[],
  ): Values => {
    const found = tensors[name];
    if (!found) throw new SnapshotError(`the snapshot lacks ${name}`);
    if (!(found.values instanceof type) || (shape && found.shape.join() !== shape.join()))
      throw new SnapshotError(
        `the snapshot's ${name} is ${found.values.constructor.name} of shape [${found.shape.join()}], ` +
          `expected ${type.name}${shape ? ` of shape [${shape.join()}]` : ''}`,
      );
    return found.values.slice() as Values;
  };
  const slots = ['parameters', ...optimizer.slots].map((slot) => {
    const values = parameters.map(({ name, shape }) =>
      tensor(slot === 'parameters' ? name : `${slot}/${name}`, Float32Array, shape),
    );
    return namedSlot(slot, parameters, values);
  });
  const scalars = optimizer.scalars.map(scalarName).map((name) => ({ [name]: tensor(name, Float32Array, []) }));
  return {
    progress: saved.progress,
    state: Object.assign({}, ...slots, ...scalars) as TensorValues,
    averages: Object.fromEntries(
      Object.entries(saved.averages).map(([name, state]) => [
        name,
        { state, prefixes: tensor(`averages/${name}`, Float64Array) },
      ]),
    ),
  };
}
