import type { RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '../src/default-config.js';

/** A training on synthetic data by one thread, at a constant learning rate. */
export const SAMPLE_CONFIG: RunConfig = {
  ...DEFAULT_CONFIG,
  dataset: 'synthetic',
  backend: 'onnx',
  threads: 1,
  schedule: { kind: 'constant' },
};
