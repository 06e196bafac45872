import type { EventRecord, Run } from '@fdr/records';
import { curvePoint, type Curve } from './curve.js';
import { eventText } from './event-text.js';
import { epochsDone, type RunRecords } from './run-records.js';
import type { Range, Scale } from './scale.js';

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

/** The learning rate so far as stairs. Both ends of the visible range are points of their own, so that the stairs fill it at any zoom. */
export function visibleStairs(
  records: RunRecords,
  changes: readonly LearningRateChange[],
  range: Range,
  x: Scale,
): Curve {
  const { config, stepsPerEpoch } = records.run;
  const end = epochsDone(records);
  const start = x === 'log' ? 1 / stepsPerEpoch : 0;
  const corners = [start, range.from, ...changes.map(({ epoch }) => epoch), Math.min(range.to, end), end];
  const epochs = [...new Set(corners.filter((epoch) => epoch <= end))].sort((left, right) => left - right);
  return epochs.map((epoch) =>
    curvePoint(epoch, changes.findLast((change) => change.epoch <= epoch)?.to ?? config.learningRate),
  );
}
