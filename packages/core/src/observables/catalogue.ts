import type { Optimizer } from '../optimizers/optimizer.js';
import { OptionError } from '../validate.js';
import { cubicLeft, cubicRight } from './cubic.js';
import { oL, oR, vDotGradient } from './fluctuation-dissipation.js';
import { noiseTrace } from './noise-trace.js';
import type { Observable } from './observable.js';
import {
  nextVelocityDotParameters,
  nextVelocitySquared,
  parametersDotGradient,
  velocityDotGradient,
  velocityDotParameters,
  velocitySquared,
} from './quadratic-pieces.js';

/** Measured in every training. */
const STANDARD: readonly Observable[] = [oL, oR, vDotGradient];

/** Measured if asked for. */
export const EXTRA_OBSERVABLES: readonly Observable[] = [
  noiseTrace,
  parametersDotGradient,
  velocityDotGradient,
  velocitySquared,
  nextVelocitySquared,
  velocityDotParameters,
  nextVelocityDotParameters,
  cubicLeft,
  cubicRight,
];

/** Whether an observable can be measured with this optimizer. */
export const isDefined =
  ({ slots, dynamics }: Optimizer) =>
  ({ needs }: Observable): boolean =>
    needs === undefined || (dynamics !== null && (needs === 'dynamics' || slots.includes('velocity')));

/**
 * The standard observables that have columns with this optimizer: both sides of FDR1 always, NaN where one is not defined, and
 * the rest where they are.
 */
export const standardObservables = (optimizer: Optimizer): readonly Observable[] =>
  STANDARD.filter((observable) => observable.columns === 'balance' || isDefined(optimizer)(observable));

/** Asks for every extra observable that the optimizer can give. */
const ALL = 'all';

/**
 * Those of the extra observables that are asked for, in the catalogue's order; `all` asks for every one that can be measured with
 * this optimizer.
 *
 * @throws OptionError if there is no such observable, or not with this optimizer.
 */
export function extraObservables(optimizer: Optimizer, names: readonly string[]): readonly Observable[] {
  const available = EXTRA_OBSERVABLES.filter(isDefined(optimizer));
  const unknown = names.find((name) => name !== ALL && !available.some((observable) => observable.name === name));
  if (unknown !== undefined) throw new OptionError('observables', among(optimizer, available), unknown);
  return available.filter(({ name }) => names.includes(ALL) || names.includes(name));
}

/** `all, noiseTrace, ...`, and what an optimizer would have to have for the rest. */
function among({ dynamics }: Optimizer, available: readonly Observable[]): string {
  const rest = EXTRA_OBSERVABLES.length - available.length;
  const wanting = dynamics ? 'momentum' : 'sgd and momentum';
  const listed = [ALL, ...available.map(({ name }) => name)].join(', ');
  return `among ${listed}${rest === 0 ? '' : ` (${rest} more with ${wanting})`}`;
}
