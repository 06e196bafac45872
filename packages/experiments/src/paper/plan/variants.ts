import { scheduleConfig, type OptimizerKind, type RunConfig, type ScheduleKind } from '@fdr/records';
import { defaultConfig, defaultOptimizer, defaultSchedule } from '@fdr/training';
import type { Protocol } from '../protocols/protocol.js';

/** Ways of training that figures 4, S1 and S2 compare. `aggressive` is the adaptive schedule of figure S2. */
type PaperVariant = 'preset' | 'adaptive' | 'aggressive' | 'amsgrad' | 'adam';

/** What figure 5 compares besides. `halving` is the adaptive schedule with Y = 0.5; `tail` and `polynomial` are averages of the parameters. */
type RivalVariant =
  | 'halving'
  | 'stationary'
  | 'plateau'
  | 'cooldown'
  | 'constant'
  | 'cosine'
  | 'linear'
  | 'wsd'
  | 'tail'
  | 'polynomial'
  | 'schedule-free'
  | 'dog'
  | 'prodigy';

/** A way of training that is compared. */
export type Variant = PaperVariant | RivalVariant;

/** The name of each variant. */
export const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  preset: 'preset',
  adaptive: 'adaptive, X = 0.01, Y = 0.1',
  aggressive: 'adaptive, X = 0.1, Y = 0.3',
  halving: 'adaptive, X = 0.01, Y = 0.5',
  stationary: 'stationary, Y = 0.5',
  plateau: 'plateau',
  cooldown: 'cooldown',
  constant: 'constant',
  cosine: 'cosine',
  linear: 'linear',
  wsd: 'warmup-stable-decay',
  tail: 'tail average',
  polynomial: 'polynomial average',
  'schedule-free': 'Schedule-Free',
  dog: 'DoG',
  prodigy: 'Prodigy',
  amsgrad: 'AMSGrad',
  adam: 'Adam',
};

/** The part of a configuration in which variants differ. */
type VariantConfig = Pick<RunConfig, 'learningRate' | 'optimizer' | 'schedule' | 'average'>;

/**
 * The configuration of a variant. All variants start from new parameters and have no momentum (section 3.3); what is not said here has the
 * default of `fdr train`.
 */
export function variantConfig(variant: Variant, { comparison }: Pick<Protocol, 'comparison'>): VariantConfig {
  switch (variant) {
    case 'preset':
      return sgd('step', { everyEpochs: comparison.everyEpochs });
    case 'adaptive':
      return sgd('equilibrium', { threshold: 0.01, decay: 0.1 });
    case 'aggressive':
      return sgd('equilibrium', { threshold: 0.1, decay: 0.3 });
    case 'halving':
      return sgd('equilibrium', { threshold: 0.01, decay: 0.5 });
    case 'stationary':
      return sgd('stationary', { decay: 0.5 });
    case 'plateau':
    case 'cooldown':
    case 'constant':
    case 'cosine':
    case 'linear':
    case 'wsd':
      return sgd(variant);
    case 'tail':
    case 'polynomial':
      return { ...sgd('constant'), average: variant };
    case 'schedule-free': {
      const config = constantly(variant);
      return { ...config, learningRate: comparison.scheduleFreeRate ?? config.learningRate };
    }
    case 'amsgrad':
    case 'adam':
    case 'dog':
    case 'prodigy':
      return constantly(variant);
    default:
      return variant satisfies never;
  }
}

/** SGD with a schedule, with options of it that are not the defaults. */
const sgd = (schedule: ScheduleKind, options: Readonly<Record<string, number>> = {}): VariantConfig => ({
  learningRate: 0.1,
  optimizer: defaultOptimizer('sgd'),
  schedule: scheduleConfig.parse({ ...defaultSchedule(schedule), ...options }),
});

/** An optimizer with its defaults, at a constant rate. */
function constantly(kind: OptimizerKind): VariantConfig {
  const { learningRate, optimizer, schedule } = defaultConfig(kind);
  return { learningRate, optimizer, schedule };
}
