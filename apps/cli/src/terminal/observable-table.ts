import { EXTRA_OBSERVABLES } from '@fdr/core';
import { formatTable, type Column } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', rank: 0 },
  { title: 'WITH', rank: 1 },
  { title: 'MEANING', rank: 0 },
];

const WITH = { dynamics: 'sgd', velocity: 'sgd, momentum' } as const;

/** The observables that a training measures if it is asked to, and the optimizer each of them needs. */
export const observableTable = (width?: number): string =>
  formatTable(
    COLUMNS,
    EXTRA_OBSERVABLES.map(({ name, needs, meaning }) => [name, needs ? WITH[needs] : 'any', meaning]),
    width,
  );
