export type { Dataset, Examples, ImageShape } from './dataset.js';
export type { FetchProgress } from './dataset-definition.js';
export { DatasetError, type DatasetFault } from './dataset-error.js';
export { isCached, loadDataset, type LoadOptions } from './load.js';
export { normalizationOf, type Normalization } from './normalization.js';
export { DATASET_NAMES } from './registry.js';
export { synthesize, type SyntheticOptions } from './synthesize.js';
