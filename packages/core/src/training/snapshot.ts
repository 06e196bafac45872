import { SNAPSHOT_VERSION, type Settings } from '@fdr/records';
import { scalarName, type Optimizer } from '../optimizers/optimizer.js';
import { mergedRecords, namedSlot, slotName, slotValues, type ParameterSpec } from '../parameters.js';
import type { TensorValues } from '@fdr/program';
import type { HalfRunningAverageState } from '../relations/half-running-average.js';
import type { SavedAverages } from '../relations/saved-averages.js';
import { zip } from '../zip.js';
import type { AverageState } from '../averaging/parameter-average.js';
import type { Progress } from './progress.js';
import { keepAverage, savedAverage, savedSteps, type SavedSteps } from './saved-parameter-average.js';
import { RUNNING } from './step.js';
import type { DriftState } from '../relations/drift/drift-window.js';
import { keepDrift, restoredDrift, savedDrift, type SavedDrift } from './saved-drift.js';
import { SnapshotError } from './snapshot-error.js';

/** One tensor of a snapshot. */
export interface SnapshotTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** What must be the same for a training to go on bit for bit. */
export interface SnapshotIdentity {
  readonly objective: string;
  readonly stepsPerEpoch: number;
  readonly optimizer: Settings;
  readonly weightDecay: number;
  /** Names of the extra observables, in order. */
  readonly observables: readonly string[];
  /** Of the average of the parameters; undefined where none is kept. */
  readonly average?: Settings | undefined;
}

/** Everything from which a training goes on bit for bit. */
export interface Snapshot {
  /**
   * Parameters by their names (`dense1.kernel`, float32), the optimizer's state (`velocity/dense1.kernel`,
   * `optimizer/firstWeight`, float32), theta_c where there is one (`centre/dense1.kernel`, float32), and the prefix sums of the half-running
   * averages (`averages/loss`, float64). Where an average of the parameters is kept: that of the last epoch's end (`average/dense1.kernel`),
   * the running one, and those it is made of (`running/...`, `block0/...`, float32). Where the drift is kept: the means of the parameters that it is
   * measured from (`drift0-mean/...`, `drift0-centre/...`, float32).
   */
  readonly tensors: Readonly<Record<string, SnapshotTensor>>;
  /** Everything else, as plain JSON. */
  readonly state: {
    readonly version: number;
    readonly identity: SnapshotIdentity;
    readonly progress: Progress;
    readonly averages: Readonly<Record<string, HalfRunningAverageState>>;
    readonly parameterAverage?: SavedSteps | undefined;
    readonly drift?: SavedDrift | undefined;
  };
}

/** A training as its snapshot holds it. */
export interface SavedTraining {
  readonly progress: Progress;
  /** State of the training program: `parameters/...`, `velocity/...`. */
  readonly tensors: TensorValues;
  /** theta_c, in the order of the parameters; undefined where O_L is measured from the origin. */
  readonly centre: readonly Float32Array[] | undefined;
  readonly averages: SavedAverages;
  /** Undefined where no average of the parameters is kept. */
  readonly average: AverageState | undefined;
  /** Undefined where no windows of distances are kept. */
  readonly drift: DriftState | undefined;
}

/** A snapshot's name of a parameter's companion; the parameters themselves go by their own names. */
const tensorName = (slot: string, parameter: string): string =>
  slot === 'parameters' ? parameter : slotName(slot, parameter);

/** Takes a snapshot. Everything is copied, so that the arrays may be transferred to another thread. */
export function toSnapshot(
  identity: SnapshotIdentity,
  parameters: readonly ParameterSpec[],
  optimizer: Optimizer,
  { progress, tensors: state, centre, averages, average, drift }: SavedTraining,
): Snapshot {
  const tensors: Record<string, SnapshotTensor> = {};
  const keep = (slot: string, values: readonly Float32Array[]): void => {
    for (const [{ name, shape }, own] of zip(parameters, values))
      tensors[tensorName(slot, name)] = { shape, values: own.slice() };
  };
  for (const slot of ['parameters', ...optimizer.slots]) keep(slot, slotValues(slot, parameters, state));
  if (centre) keep('centre', centre);
  if (average) keepAverage(average, state, parameters, keep);
  if (drift) keepDrift(drift, keep);
  for (const name of optimizer.scalars.map(scalarName))
    tensors[name] = { shape: [], values: Float32Array.from(state[name] ?? []) };
  for (const [name, { prefixes }] of Object.entries(averages))
    tensors[`averages/${name}`] = { shape: [prefixes.length], values: prefixes };
  return {
    tensors,
    state: {
      version: SNAPSHOT_VERSION,
      identity,
      progress,
      averages: Object.fromEntries(Object.entries(averages).map(([name, { state: saved }]) => [name, saved])),
      parameterAverage: average && savedSteps(average),
      drift: drift && savedDrift(drift),
    },
  };
}

/**
 * Takes a snapshot apart; everything is copied.
 *
 * @throws SnapshotError naming the first difference; nothing is taken from a snapshot that differs.
 */
export function fromSnapshot(
  identity: SnapshotIdentity,
  parameters: readonly ParameterSpec[],
  optimizer: Optimizer,
  snapshot: Snapshot,
): SavedTraining {
  const { tensors, state: saved } = snapshot;
  if (saved.version !== SNAPSHOT_VERSION)
    throw new SnapshotError(`the snapshot's version is ${saved.version}, expected ${SNAPSHOT_VERSION}`);
  refuseDifference(saved.identity, identity);
  const slotFrom = (slot: string): Float32Array[] =>
    parameters.map(({ name, shape }) => valuesOf(tensors, tensorName(slot, name), Float32Array, shape));
  const carried = identity.average ? [...optimizer.slots, RUNNING] : optimizer.slots;
  const slots = ['parameters', ...carried].map((slot) => namedSlot(slot, parameters, slotFrom(slot)));
  const scalars = optimizer.scalars
    .map(scalarName)
    .map((name) => [name, valuesOf(tensors, name, Float32Array, [])] as const);
  const centred = parameters.some(({ name }) => tensorName('centre', name) in tensors);
  return {
    progress: saved.progress,
    tensors: { ...mergedRecords(slots), ...Object.fromEntries(scalars) },
    centre: centred ? slotFrom('centre') : undefined,
    average: identity.average && savedAverage(saved.parameterAverage, slotFrom),
    drift: saved.drift && restoredDrift(saved.drift, parameters, identity.stepsPerEpoch, slotFrom),
    averages: Object.fromEntries(
      Object.entries(saved.averages).map(([name, state]) => [
        name,
        { state, prefixes: valuesOf(tensors, `averages/${name}`, Float64Array) },
      ]),
    ),
  };
}

/** Text that is the same for the same settings, whatever the order of their names. */
export const settingsText = (settings: Settings): string =>
  JSON.stringify(Object.fromEntries(Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1))));

function refuseDifference(saved: SnapshotIdentity, expected: SnapshotIdentity): void {
  const texts = ({
    optimizer,
    observables,
    average,
    ...others
  }: SnapshotIdentity): readonly (readonly [string, string])[] =>
    Object.entries({
      ...others,
      optimizer: settingsText(optimizer),
      observables: observables.join(),
      average: average ? settingsText(average) : 'none',
    }).map(([name, value]) => [name, String(value)]);
  for (const [[name, found], [, wanted]] of zip(texts(saved), texts(expected)))
    if (found !== wanted) throw new SnapshotError(`the snapshot's ${name} is ${found}, this training's is ${wanted}`);
}

function valuesOf<Values extends Float32Array | Float64Array>(
  tensors: Snapshot['tensors'],
  name: string,
  type: { new (length: number): Values; from(values: Iterable<number>): Values },
  shape?: readonly number[],
): Values {
  const found = tensors[name];
  if (!found) throw new SnapshotError(`the snapshot lacks ${name}`);
  if (!(found.values instanceof type) || (shape && found.shape.join() !== shape.join()))
    throw new SnapshotError(
      `the snapshot's ${name} is ${found.values.constructor.name} of shape [${found.shape.join()}], ` +
        `expected ${type.name}${shape ? ` of shape [${shape.join()}]` : ''}`,
    );
  return type.from(found.values);
}
