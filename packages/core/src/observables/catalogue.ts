import type { Optimizer } from '../optimizers/optimizer.js';
import { OptionError } from '../validate.js';
import { cubicLeft, cubicRight } from './cubic.js';
import { oL, oR, vDotGradient } from './fluctuation-dissipation.js';
import { gradientProduct } from './gradient-product.js';
import { noiseTrace } from './noise-trace.js';
import type { Observable } from './observable.js';
import { parametersSquared } from './parameters-squared.js';
import { startDistanceSquared } from './start-distance.js';
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

/** Measured on request. */
export const EXTRA_OBSERVABLES: readonly Observable[] = [
  noiseTrace,
  parametersSquared,
  parametersDotGradient,
  velocityDotGradient,
  velocitySquared,
  nextVelocitySquared,
  velocityDotParameters,
  nextVelocityDotParameters,
  cubicLeft,
  cubicRight,
  gradientProduct,
  startDistanceSquared,
];

/** Whether an observable can be measured with this optimizer. */
export const isDefined =
  ({ slots, dynamics }: Pick<Optimizer, 'slots' | 'dynamics'>) =>
  ({ needs }: Observable): boolean =>
    needs === undefined || (dynamics !== undefined && (needs === 'dynamics' || slots.includes('velocity')));

/**
 * The standard observables that have columns with this optimizer: both sides of FDR1 always, NaN where one is not defined, and
 * the rest where they are.
 */
export const standardObservables = (optimizer: Optimizer): readonly Observable[] =>
  STANDARD.filter((observable) => observable.columns === 'balance' || isDefined(optimizer)(observable));

/**
 * Checks the extra observables of a training.
 *
 * @returns them.
 *
 * @throws OptionError if one cannot be measured with this optimizer, or two would have the same columns.
 */
export function checkedObservables(optimizer: Optimizer, extra: readonly Observable[]): readonly Observable[] {
  const undefinedOne = extra.find((observable) => !isDefined(optimizer)(observable));
  if (undefinedOne !== undefined) {
    const { kind } = optimizer.settings;
    const needed = undefinedOne.needs === 'velocity' ? 'sgd with momentum' : 'sgd';
    throw new OptionError('observables', `defined with ${kind} (this one needs ${needed})`, undefinedOne.name);
  }
  const taken = new Set(['loss', ...STANDARD.map(({ name }) => name)]);
  for (const { name } of extra) {
    if (taken.has(name)) throw new OptionError('observables', 'of different names', name);
    taken.add(name);
  }
  return extra;
}
