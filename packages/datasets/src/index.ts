export type { FetchProgress } from './cifar10.js';
export { defaultCache, defaultFolders, type Environment } from './data-folders.js';
export type { Dataset, Examples, ImageShape } from './dataset.js';
export { DatasetError, type DatasetFault } from './dataset-error.js';
export { DATASET_NAMES, isAtHand, loadDataset, type LoadOptions } from './load.js';
export { normalizationOf, type Normalization } from './normalization.js';
export { synthesize, type SyntheticOptions } from './synthetic.js';
