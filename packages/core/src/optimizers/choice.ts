import { oneOf, OptionError } from '../validate.js';
import { adam } from './adam.js';
import { amsgrad } from './amsgrad.js';
import type { MomentOptions } from './moments.js';
import type { Optimizer } from './optimizer.js';
import type { Dynamics } from '../dynamics.js';
import { sgd } from './sgd.js';

export type OptimizerName = 'sgd' | 'adam' | 'amsgrad';

/** Which optimizer, `sgd` by default, and its numbers; those of the others are not read. */
export interface OptimizerChoice extends Dynamics, MomentOptions {
  readonly optimizer?: OptimizerName;
}

/** Momentum that would be passed over in silence is refused. */
function withoutMomentum(make: (options: MomentOptions) => Optimizer): (choice: OptimizerChoice) => Optimizer {
  return (choice) => {
    const optimizer = make(choice);
    for (const option of ['momentum', 'dampening'] as const)
      if (choice[option] !== 0) throw new OptionError(option, `0 with ${optimizer.name}`, choice[option]);
    return optimizer;
  };
}

const OPTIMIZERS: Readonly<Record<OptimizerName, (choice: OptimizerChoice) => Optimizer>> = {
  sgd,
  adam: withoutMomentum(adam),
  amsgrad: withoutMomentum(amsgrad),
};

/** @throws OptionError naming the option, what is allowed and what was found. */
export const optimizerOf = (choice: OptimizerChoice): Optimizer =>
  OPTIMIZERS[oneOf('optimizer', choice.optimizer ?? 'sgd', Object.keys(OPTIMIZERS) as OptimizerName[])](choice);
