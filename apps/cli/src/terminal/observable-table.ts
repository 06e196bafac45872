import { EXTRA_OBSERVABLES } from '@fdr/core';
import { formatTable, type Column } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', rank: 0 },
  { title: 'WITH', rank: 0 },
  { title: 'MEANING', rank: 0, wraps: true },
];

/** The optimizer that an observable's piece of the dynamics needs. */
const WITH = { dynamics: 'sgd', velocity: 'sgd, momentum' } as const;

/**
 * The extra observables, the optimizer that each of them needs, and its meaning.
 *
 * @param width columns of the terminal
 */
export const observableTable = (width?: number): string =>
  formatTable(
    COLUMNS,
    EXTRA_OBSERVABLES.map(({ name, needs, meaning }) => [name, needs ? WITH[needs] : 'any', meaning]),
    width,
  );
