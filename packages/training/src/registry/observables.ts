import { EXTRA_OBSERVABLES, isDefined, OptionError, type Observable, type Optimizer } from '@fdr/core';

/** Asks for every extra observable that the optimizer can give. */
const ALL = 'all';

/**
 * The extra observables that a configuration names, in the catalogue's order; `all` names every one that can be measured with this optimizer.
 *
 * @throws OptionError if there is no such observable, or not with this optimizer.
 */
export function findObservables(names: readonly string[], optimizer: Optimizer): readonly Observable[] {
  const available = EXTRA_OBSERVABLES.filter(isDefined(optimizer));
  const unknown = names.find((name) => name !== ALL && !available.some((observable) => observable.name === name));
  if (unknown !== undefined) throw new OptionError('observables', describeAvailable(optimizer, available), unknown);
  return available.filter(({ name }) => names.includes(ALL) || names.includes(name));
}

/** `among all, noiseTrace, ... (2 more with momentum)`. */
function describeAvailable({ dynamics }: Optimizer, available: readonly Observable[]): string {
  const rest = EXTRA_OBSERVABLES.length - available.length;
  const needed = dynamics ? 'momentum' : 'sgd and momentum';
  const listed = [ALL, ...available.map(({ name }) => name)].join(', ');
  return `among ${listed}${rest === 0 ? '' : ` (${rest} more with ${needed})`}`;
}
