import { OPTIMIZER_OPTIONS } from '@fdr/records';
import { resolveOptions } from './validate.js';

/** mu and nu of the update (10), (11), for which the relations are derived. */
export interface Dynamics {
  /** mu, in [0, 1). */
  readonly momentum: number;
  /** nu, in [0, 1). */
  readonly dampening: number;
}

/** @throws OptionError if mu or nu is out of its range. */
export const checkedDynamics = ({ momentum, dampening }: Dynamics): Dynamics =>
  resolveOptions(OPTIMIZER_OPTIONS.sgd, { momentum, dampening });
