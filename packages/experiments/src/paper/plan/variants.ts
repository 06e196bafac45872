import { scheduleConfig, type RunConfig } from '@fdr/records';
import { defaultOptimizer, defaultSchedule } from '@fdr/training';
import type { Protocol } from '../protocols/protocol.js';

/** A way of training that figures 4, S1 and S2 compare. `aggressive` is the adaptive schedule of figure S2. */
export type Variant = 'preset' | 'adaptive' | 'aggressive' | 'amsgrad' | 'adam';

/** The part of a configuration in which variants differ. */
type VariantConfig = Pick<RunConfig, 'learningRate' | 'optimizer' | 'schedule'>;

/** The configuration of a variant. All variants start from new parameters and have no momentum (section 3.3). */
export function variantConfig(variant: Variant, { comparison }: Pick<Protocol, 'comparison'>): VariantConfig {
  switch (variant) {
    case 'preset':
      return sgd(scheduleConfig.parse({ ...defaultSchedule('step'), everyEpochs: comparison.everyEpochs }));
    case 'adaptive':
      return sgd(adaptive(0.01, 0.1));
    case 'aggressive':
      return sgd(adaptive(0.1, 0.3));
    case 'amsgrad':
    case 'adam':
      return { learningRate: 1e-3, optimizer: defaultOptimizer(variant), schedule: defaultSchedule('constant') };
    default:
      return variant satisfies never;
  }
}

const sgd = (schedule: RunConfig['schedule']): VariantConfig => ({
  learningRate: 0.1,
  optimizer: defaultOptimizer('sgd'),
  schedule,
});

/** @param threshold X of section 3.3 @param decay Y of section 3.3 */
const adaptive = (threshold: number, decay: number): RunConfig['schedule'] =>
  scheduleConfig.parse({ ...defaultSchedule('equilibrium'), threshold, decay });
