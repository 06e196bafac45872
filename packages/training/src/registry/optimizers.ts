import { adam, amsgrad, dog, prodigy, scheduleFree, sgd, type Optimizer } from '@fdr/core';
import type { OptimizerKind, OptimizerOptions } from '@fdr/records';

const OPTIMIZERS: { readonly [Kind in OptimizerKind]: (options: OptimizerOptions<Kind>) => Optimizer } = {
  sgd,
  adam,
  amsgrad,
  'schedule-free': scheduleFree,
  dog,
  prodigy,
};

/** The optimizer that a configuration names. @throws OptionError naming the option, its range and what was found. */
export const makeOptimizer = <Kind extends OptimizerKind>(
  config: { readonly kind: Kind } & OptimizerOptions<Kind>,
): Optimizer => OPTIMIZERS[config.kind](config);
