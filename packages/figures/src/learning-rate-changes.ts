import type { EventRecord, Run } from '@fdr/records';
import { curvePoint, type Curve } from './curve.js';
import { eventText } from './event-text.js';

/** A change of the learning rate. */
export interface LearningRateChange {
  /** Epochs done when it changed; a fraction in the middle of an epoch. */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** The change and its reason, in one line. */
  readonly text: string;
}

/** The changes of the learning rate, in order. */
export function learningRateChanges(
  events: readonly EventRecord[],
  { stepsPerEpoch }: Pick<Run, 'stepsPerEpoch'>,
): LearningRateChange[] {
  return events
    .filter((event) => event.type === 'learningRate')
    .map((event) => ({ epoch: event.step / stepsPerEpoch, from: event.from, to: event.to, text: eventText(event) }));
}

/**
 * A learning rate from epoch 0 to epoch `end`, with a point at each change; it is drawn as stairs.
 *
 * @param start the learning rate at epoch 0.
 */
export function learningRateStairs(
  start: number,
  changes: readonly Pick<LearningRateChange, 'epoch' | 'to'>[],
  end: number,
): Curve {
  const last = changes.at(-1)?.to ?? start;
  return [curvePoint(0, start), ...changes.map(({ epoch, to }) => curvePoint(epoch, to)), curvePoint(end, last)];
}
