import type { OptimizerKind } from '@fdr/records';
import { adam } from '../optimizers/adam.js';
import { amsgrad } from '../optimizers/amsgrad.js';
import { dog } from '../optimizers/dog.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { prodigy } from '../optimizers/prodigy.js';
import { sgd } from '../optimizers/sgd.js';
import { oneOf } from '../validate.js';

/** The kinds that a saved model may name. Each factory checks the options that it is given. */
const FACTORIES: Readonly<Record<Exclude<OptimizerKind, 'schedule-free'>, (options: object) => Optimizer>> = {
  sgd,
  adam,
  amsgrad,
  dog,
  prodigy,
};

const KINDS = ['sgd', 'adam', 'amsgrad', 'dog', 'prodigy'] as const;

/**
 * The optimizer whose `settings` these are.
 *
 * @throws OptionError if there is no such kind, as for one's own optimizers, or an option is out of its range.
 */
export function savedOptimizer(settings: unknown): Optimizer {
  const options = typeof settings === 'object' && settings !== null ? settings : {};
  const kind = 'kind' in options ? options.kind : undefined;
  return FACTORIES[oneOf('the kind of the saved optimizer', kind, KINDS)](options);
}
