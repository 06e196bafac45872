import type { EpochRecord } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import { eventFile, type Scalar, type ScalarEvent } from './event-file.js';
import { recordTable } from './record-table.js';

/** TensorBoard draws a thousand points of a curve. */
const MOST_BUCKETS = 10_000;

/**
 * A run as TensorBoard's events: the numbers of each epoch under `epoch/`, and those of steps under `step/`, each the mean over one of at most 10,000
 * equal parts of the run. Only the lengths of epochs are recorded, so that times inside one are evenly spaced.
 */
export async function tensorboardEvents(reader: RunReader): Promise<Buffer> {
  const epochs = await reader.epochs();
  const timeOf = wallTimes(reader, epochs);
  const { columns, rows } = recordTable(epochs);
  const ofEpochs = rows.map((row, index): ScalarEvent => {
    const step = epochs[index]?.step ?? 0;
    const scalars = row.flatMap((value, at): Scalar[] => {
      const name = columns[at] ?? '';
      return typeof value === 'number' && name !== 'step' ? [{ tag: `epoch/${name.replaceAll('.', '/')}`, value }] : [];
    });
    return { wallTime: timeOf(step), step, scalars };
  });
  return eventFile([...ofEpochs, ...(await stepEvents(reader, timeOf))].sort((one, other) => one.step - other.step));
}

async function stepEvents(reader: RunReader, timeOf: (step: number) => number): Promise<ScalarEvent[]> {
  const count = reader.stepCount();
  if (count === 0) return [];
  const { from, width, columns } = await reader.stepBuckets(0, count, MOST_BUCKETS);
  const buckets = Math.ceil(count / width);
  return Array.from({ length: buckets }, (_, bucket): ScalarEvent => {
    const step = Math.min(from + (bucket + 1) * width, count);
    const scalars = Object.entries(columns).map(([name, { mean }]) => ({
      tag: `step/${name}`,
      value: mean[bucket] ?? NaN,
    }));
    return { wallTime: timeOf(step), step, scalars };
  });
}

/** The time of each step, in seconds since 1970. */
function wallTimes({ run }: RunReader, epochs: readonly EpochRecord[]): (step: number) => number {
  const begin = Date.parse(run.createdAt) / 1000;
  const ends = [begin];
  for (const { seconds } of epochs) ends.push((ends.at(-1) ?? begin) + seconds);
  return (step) => {
    const done = step / run.stepsPerEpoch;
    const whole = Math.min(Math.floor(done), ends.length - 1);
    const [start = begin, end = start] = ends.slice(whole);
    return start + (done - whole) * (end - start);
  };
}
