import { expect } from 'vitest';
import { after, running, stepRow } from './growing-run.js';
import type { Watcher } from './watcher.js';

/** Expects every record of so many epochs of the growing run, in full precision, and nothing else. */
export function expectHistory({ history }: Watcher, epochs: number): void {
  expect(history!.epochs).toEqual(running.epochs.slice(0, epochs));
  expect(history!.events).toEqual(running.events.slice(0, after(epochs).events));
  expect(history!.steps.steps).toBe(200 * epochs);
  for (const [index, name] of running.run.stepColumns.entries()) {
    const column = history!.steps.columns.get(name)!;
    const values = Array.from({ length: 200 * epochs }, (_, step) => stepRow(step)[index]);
    expect([...column.maximum.slice(0, 200 * epochs)], name).toEqual(values);
    expect([...column.finite.slice(0, 200 * epochs)], name).toEqual(values.map(() => 1));
  }
}
