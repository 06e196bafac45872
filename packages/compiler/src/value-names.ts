import type { Role } from '@fdr/program';

/**
 * The first half of a value's name in a graph: a role, or what the Scan makes of it. `carried`, `slice`, `next` and `outputs` are
 * the body's state, inputs, next state and outputs; `series` are the outputs of all steps.
 */
export type ValuePrefix = Role | 'carried' | 'slice' | 'next' | 'outputs' | 'series';

/** The name in the graph of a program's tensor `name`. */
export const valueName = (prefix: ValuePrefix, name: string): string => `${prefix}/${name}`;

/** The input that drives the Scan of a program that has none: one unused byte a step. */
export const TICK = 'tick';
