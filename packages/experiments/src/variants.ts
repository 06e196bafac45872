import type { RunConfig } from '@fdr/records';

/** A way of training that figures 4, S1 and S2 compare. `hasty` is the adaptive schedule of figure S2. */
export type Way = 'preset' | 'adaptive' | 'hasty' | 'amsgrad' | 'adam';

/** What tells the ways apart. All start from new parameters and have no momentum (section 3.3). */
export const WAYS: Readonly<Record<Way, Partial<RunConfig>>> = {
  preset: { learningRate: 0.1, schedule: 'step' },
  adaptive: { learningRate: 0.1, schedule: 'equilibrium', threshold: 0.01, decay: 0.1 },
  hasty: { learningRate: 0.1, schedule: 'equilibrium', threshold: 0.1, decay: 0.3 },
  amsgrad: { optimizer: 'amsgrad', learningRate: 1e-3, schedule: 'constant' },
  adam: { optimizer: 'adam', learningRate: 1e-3, schedule: 'constant' },
};
