import { cifar10 } from './cifar10.js';
import type { DatasetDefinition } from './dataset-definition.js';
import { fashionMnist } from './fashion-mnist.js';
import { mnist } from './mnist.js';
import { syntheticColor } from './synthetic-color.js';
import { synthetic } from './synthetic.js';

/** Every data set that has a name, in the order in which they are listed. */
export const DATASETS: readonly DatasetDefinition[] = [mnist, fashionMnist, cifar10, synthetic, syntheticColor];

/** The names of `DATASETS`. */
export const DATASET_NAMES: readonly string[] = DATASETS.map(({ name }) => name);

/** The data set of this name; undefined where there is none. */
export function findDataset(name: string): DatasetDefinition | undefined {
  return DATASETS.find((definition) => definition.name === name);
}
