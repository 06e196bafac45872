import type { EventRecord } from '@fdr/records';
import { OptionError } from '../validate.js';

/** Where a column stands in a row. @throws OptionError if it does not. */
export function columnIndex(columns: readonly string[], name: string): number {
  const index = columns.indexOf(name);
  if (index < 0)
    throw new OptionError('stepColumns', `columns that include ${name}, which the rule reads`, columns.join());
  return index;
}

/** Follows the recorded learning rate: asked after each step in turn, gives the rate and whether it has just changed. */
export function rateChanges(events: readonly EventRecord[], first: number) {
  const changes = events.filter((event) => event.type === 'learningRate');
  let next = 0;
  let rate = first;
  return (step: number): { readonly rate: number; readonly changed: boolean } => {
    const before = next;
    for (let change = changes[next]; change && change.step <= step; change = changes[next]) {
      rate = change.to;
      next++;
    }
    return { rate, changed: next > before };
  };
}
