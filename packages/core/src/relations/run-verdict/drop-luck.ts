import type { EventRecord } from '@fdr/records';
import { isWithinNoise, tensorsOff } from '../within-noise.js';

/** How many changes of the learning rate by the rule of section 3.3 there were, and how many of them may be luck. */
export interface DropLuck {
  readonly drops: number;
  /** Whose ratio scatters more than the threshold: see {@link isWithinNoise}. */
  readonly withinNoise: number;
  /** At which a parameter tensor was outside beyond doubt. */
  readonly withTensorOff: number;
}

/** Counts the drops that may be luck. */
export function dropLuck(events: readonly EventRecord[]): DropLuck {
  const drops = events
    .filter((event) => event.type === 'learningRate')
    .filter(({ reason }) => reason.rule === 'equilibrium');
  return {
    drops: drops.length,
    withinNoise: drops.filter(({ reason: { threshold, scatter } }) =>
      isWithinNoise(Number(threshold), scatter === undefined ? undefined : Number(scatter)),
    ).length,
    withTensorOff: drops.filter((drop) => tensorsOff(drop).length > 0).length,
  };
}

/** {@link DropLuck} in a sentence; undefined where there was no drop. */
export function dropLuckText({ drops, withinNoise, withTensorOff }: DropLuck): string | undefined {
  if (drops === 0) return undefined;
  const of = `of ${drops} ${drops === 1 ? 'drop' : 'drops'}`;
  const luck =
    withinNoise === 0
      ? `None ${of} is within noise`
      : `${withinNoise} ${of} may be luck: the ratio scatters more than the threshold`;
  return `${luck}; at ${withTensorOff === 0 ? 'none' : withTensorOff} a layer was outside for certain.`;
}
