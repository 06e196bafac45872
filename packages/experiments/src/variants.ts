import { scheduleConfig, type RunConfig } from '@fdr/records';
import { defaultOptimizer, defaultSchedule } from '@fdr/training';
import type { Protocol } from './protocol.js';

/** A way of training that figures 4, S1 and S2 compare. `aggressive` is the adaptive schedule of figure S2. */
export type Variant = 'preset' | 'adaptive' | 'aggressive' | 'amsgrad' | 'adam';

/** What distinguishes a variant from the others. */
type Distinction = Pick<RunConfig, 'learningRate' | 'optimizer' | 'schedule'>;

const sgd = (schedule: RunConfig['schedule']): Distinction => ({
  learningRate: 0.1,
  optimizer: defaultOptimizer('sgd'),
  schedule,
});

const adaptive = (threshold: number, decay: number): RunConfig['schedule'] =>
  scheduleConfig.parse({ ...defaultSchedule('equilibrium'), threshold, decay });

const adaptiveMoments = (kind: 'adam' | 'amsgrad'): Distinction => ({
  learningRate: 1e-3,
  optimizer: defaultOptimizer(kind),
  schedule: defaultSchedule('constant'),
});

/** What distinguishes the variants. All start from new parameters and have no momentum (section 3.3). */
export function distinction(variant: Variant, { comparison }: Protocol): Distinction {
  switch (variant) {
    case 'preset':
      return sgd(scheduleConfig.parse({ ...defaultSchedule('step'), everyEpochs: comparison.everyEpochs }));
    case 'adaptive':
      return sgd(adaptive(0.01, 0.1));
    case 'aggressive':
      return sgd(adaptive(0.1, 0.3));
    case 'amsgrad':
    case 'adam':
      return adaptiveMoments(variant);
    default:
      return variant satisfies never;
  }
}
