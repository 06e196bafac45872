import type { EpochRecord, EventRecord } from '@fdr/records';

/** The step at which the averages of an epoch's record began: that of the last change of the learning rate before its end; 0 without one. */
export const averagesBegan = (events: readonly EventRecord[], step: number): number =>
  events.findLast((event) => event.type === 'learningRate' && event.step < step)?.step ?? 0;

/** How many steps the half-running averages of an epoch's record are means of: the later half of those since they began. */
export function windowOf({ step }: Pick<EpochRecord, 'step'>, events: readonly EventRecord[]): number {
  const steps = step - averagesBegan(events, step);
  return steps - Math.floor(steps / 2);
}
