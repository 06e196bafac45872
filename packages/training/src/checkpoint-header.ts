import {
  averagedColumns,
  averageFault,
  beginningOf,
  keptPrefixes,
  readingsOf,
  type Readings,
} from '@fdr/core/relations';
import { snapshotState, type Run, type SnapshotState } from '@fdr/records';
import { describeIssue, RunFolderError, type CheckpointHeader } from '@fdr/run-store';

/** Name of the prefix sums of a column's average among the tensors of a snapshot. */
export const averageName = (column: string): string => `averages/${column}`;

/** More tensors of a parameter's shape than any optimizer keeps. */
const MAX_SLOTS = 8;
/** More than any average of the parameters adds. */
const MAX_AVERAGE_SLOTS = 24;

/**
 * The state that a checkpoint's header tells, and whether the tensors that it lists are those of such a training. A file that someone has
 * made is refused before its data are read.
 *
 * @throws RunFolderError naming the field or the tensor that does not fit
 */
export function checkedState(
  { entries, state: found, leftOut }: CheckpointHeader,
  parameters: Run['parameters'],
): SnapshotState {
  const parsed = snapshotState.safeParse(found);
  if (!parsed.success) throw new RunFolderError(describeIssue(parsed.error, found));
  const state = parsed.data;
  const parameterTypes = new Map(parameters.map(({ name, shape }) => [name, typeText('F32', shape)]));
  const averages = leftOut === undefined ? Object.entries(state.averages) : [];
  const expected = new Map([
    ...parameterTypes,
    ...averages.map(([name, average]): [string, string] => [
      averageName(name),
      typeText('F64', [keptPrefixes(average, average.steps).length]),
    ]),
  ]);
  const slots = new Set<string>();
  for (const [name, { dtype, shape }] of Object.entries(entries)) {
    const [slot = '', ...rest] = name.split('/');
    const ofSlot = slot === 'optimizer' ? typeText('F32', []) : parameterTypes.get(rest.join('/'));
    if (!expected.has(name) && ofSlot !== undefined) slots.add(slot);
    const own = typeText(dtype, shape);
    const wanted = expected.get(name) ?? ofSlot ?? 'no such tensor';
    if (own !== wanted) throw new RunFolderError(`${name} is ${own}, expected ${wanted}`);
  }
  const most = MAX_SLOTS + (state.identity.average ? MAX_AVERAGE_SLOTS : 0);
  if (slots.size > most)
    throw new RunFolderError(`it has ${slots.size} tensors of each parameter's shape, expected at most ${most}`);
  return state;
}

/**
 * When the averages of a checkpoint are read.
 *
 * @throws RunFolderError if they are not those of the run's columns, or were saved with other prefix sums than they need
 */
export function checkedReadings(
  { identity, progress, averages }: SnapshotState,
  { entries, leftOut }: CheckpointHeader,
  { stepColumns }: Pick<Run, 'stepColumns'>,
): ReadonlyMap<string, Readings> {
  const { stepsPerEpoch } = identity;
  const beginning = beginningOf(stepsTaken({ averages }), progress.stepInEpoch, stepsPerEpoch);
  const readings = readingsOf(averagedColumns(stepColumns), stepsPerEpoch, beginning);
  for (const [name, own] of readings) {
    const state = averages[name];
    const saved = entries[averageName(name)]?.shape[0] ?? 0;
    const length = state && leftOut !== undefined ? keptPrefixes(own, state.steps).length : saved;
    const fault = averageFault(name, own, state, length);
    if (fault !== undefined) throw new RunFolderError(`it ${fault}`);
  }
  const unknown = Object.keys(averages).find((name) => !readings.has(name));
  if (unknown !== undefined) throw new RunFolderError(`it has an average of ${unknown}, which is no column`);
  return readings;
}

/** Values that each average has taken since they began. */
export const stepsTaken = ({ averages }: Pick<SnapshotState, 'averages'>): number =>
  Object.values(averages)[0]?.steps ?? 0;

const typeText = (dtype: string, shape: readonly number[]): string => `${dtype} [${shape.join(', ')}]`;
