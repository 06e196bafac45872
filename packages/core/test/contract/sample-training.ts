import { mlp } from '../../src/models/mlp.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { constant } from '../../src/relations/schedules/constant.js';
import { classificationTask } from '../../src/training/classification-task.js';
import { eagerExecutor } from '../../src/training/eager.js';
import type { Snapshot } from '../../src/training/snapshot.js';
import type { Training, TrainingItem, TrainOptions } from '../../src/training/training.js';
import { SAMPLE_WIDTHS, sampleImages } from './sample-images.js';

/** 64 examples in batches of 6: ten steps an epoch, and four examples left over. */
export const images = classificationTask({ model: mlp(SAMPLE_WIDTHS), data: sampleImages(64, 23), batchSize: 6 });

/** A short training of the small perceptron. */
export const base: TrainOptions = {
  task: images,
  executor: eagerExecutor('cpu'),
  optimizer: sgd(),
  learningRate: 0.1,
  weightDecay: 0.01,
  epochs: 3,
  seed: 1,
  schedule: constant(),
};

/** Everything that a training yields. */
export async function collect(training: AsyncIterable<TrainingItem>): Promise<TrainingItem[]> {
  const items: TrainingItem[] = [];
  for await (const item of training) items.push(item);
  return items;
}

/** Everything that a training yields, and a stored snapshot before the first item and after each. */
export async function collectSnapshots(
  training: Training,
): Promise<{ readonly items: TrainingItem[]; readonly snapshots: Snapshot[] }> {
  const items: TrainingItem[] = [];
  const snapshots = [stored(training.snapshot())];
  for await (const item of training) {
    items.push(item);
    snapshots.push(stored(training.snapshot()));
  }
  return { items, snapshots };
}

/** The items of one type, in order. */
export const itemsOf = <Type extends TrainingItem['type']>(
  type: Type,
  items: readonly TrainingItem[],
): Extract<TrainingItem, { type: Type }>[] =>
  items.filter((item): item is Extract<TrainingItem, { type: Type }> => item.type === type);

/** One column of all rows. */
export function column(name: string, items: readonly TrainingItem[]): number[] {
  return itemsOf('steps', items).flatMap(({ columns, rows }) => {
    const index = columns.indexOf(name);
    return Array.from({ length: rows.length / columns.length }, (_, row) => rows[row * columns.length + index]!);
  });
}

/** A snapshot that has been written to disk and read again. */
export const stored = (snapshot: Snapshot): Snapshot => ({
  tensors: structuredClone(snapshot.tensors),
  state: JSON.parse(JSON.stringify(snapshot.state)) as Snapshot['state'],
});

/** The parameters of a snapshot, by name. */
export const parametersOf = ({ tensors }: Snapshot): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => !name.includes('/'))
      .map(([name, { values }]) => [name, Float32Array.from(values)]),
  );
