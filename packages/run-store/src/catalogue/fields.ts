import type { RunRow } from '@fdr/records';

/** What a field of a run is compared as. */
type Field =
  | { readonly kind: 'number'; readonly value: (row: RunRow) => number | null }
  /** Found by a part of it. */
  | { readonly kind: 'text'; readonly value: (row: RunRow) => string }
  /** Found by the whole of it. */
  | { readonly kind: 'word'; readonly value: (row: RunRow) => string | readonly string[] };

/** What runs are found and sorted by, under the names that the command line's options have. */
const FIELDS = {
  id: { kind: 'text', value: (row) => row.id },
  name: { kind: 'text', value: (row) => row.name },
  note: { kind: 'text', value: (row) => row.note },
  created: { kind: 'text', value: (row) => row.createdAt },
  tag: { kind: 'word', value: (row) => row.tags },
  status: { kind: 'word', value: (row) => row.status },
  archived: { kind: 'word', value: (row) => (row.archived ? 'yes' : 'no') },
  model: { kind: 'word', value: (row) => row.model },
  dataset: { kind: 'word', value: (row) => row.dataset },
  optimizer: { kind: 'word', value: (row) => row.optimizer },
  schedule: { kind: 'word', value: (row) => row.schedule },
  group: { kind: 'word', value: (row) => row.group },
  seed: { kind: 'number', value: (row) => row.seed },
  'batch-size': { kind: 'number', value: (row) => row.batchSize },
  'learning-rate': { kind: 'number', value: (row) => row.learningRate },
  'current-learning-rate': { kind: 'number', value: (row) => row.currentLearningRate },
  epochs: { kind: 'number', value: (row) => row.epochs },
  epoch: { kind: 'number', value: (row) => row.epoch },
  ratio: { kind: 'number', value: (row) => row.ratio },
  'train-loss': { kind: 'number', value: (row) => row.trainLoss },
  'test-accuracy': { kind: 'number', value: (row) => row.testAccuracy },
  'best-test-accuracy': { kind: 'number', value: (row) => row.bestTestAccuracy },
} as const satisfies Readonly<Record<string, Field>>;

const fields: ReadonlyMap<string, Field> = new Map(Object.entries(FIELDS));

/** The field of a name. @throws RangeError for another name, with those that there are */
export function fieldOf(name: string): Field {
  const field = fields.get(name.toLowerCase());
  if (field === undefined)
    throw new RangeError(`there is no field "${name}"; there are ${[...fields.keys()].join(', ')}`);
  return field;
}
