import type { Position } from '@fdr/records';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import type { GrowingRun } from './run-server.js';

/** A run of 12 epochs with 200 steps each, finished. The learning rate changes after epochs 7, 11 and 12. */
export const recorded: GrowingRun = quadraticRun(12);

/** The same run while it trains. */
export const running: GrowingRun = { ...recorded, run: { ...recorded.run, status: 'running' } };

/** The numbers that are recorded of a step, counted from 0. */
export function stepRow(step: number): number[] {
  const width = recorded.run.stepColumns.length;
  return [...recorded.rows.slice(width * step, width * (step + 1))];
}

/** The position of the run after so many whole epochs. */
export function after(epochs: number): Position {
  return { epochs, steps: epochs * 200, events: recorded.events.filter(({ epoch }) => epoch <= epochs).length };
}
