import type { EpochRecord, EventRecord, Run, RunStatus } from '@fdr/records';

/** A run that ended so must look bad, whatever its balance was. */
export const endedBadly = (status: RunStatus): boolean => status === 'failed' || status === 'diverged';

/** A run's status in a sentence: how far it came and why it ended; undefined while it trains. */
export function endingText(
  { status, config: { epochs } }: Pick<Run, 'status' | 'config'>,
  last: Pick<EpochRecord, 'epoch'> | undefined,
  events: readonly EventRecord[],
): string | undefined {
  const done = last?.epoch ?? 0;
  const progress = `after ${done.toLocaleString('en')} of ${epochs.toLocaleString('en')} epochs`;
  const event = events.findLast(({ type }) => type === 'status');
  const reason =
    event?.type === 'status' && event.status === status && event.message !== '' ? event.message : undefined;
  switch (status) {
    case 'running':
      return undefined;
    case 'paused':
      return `Paused ${progress}.`;
    case 'finished':
      return done < epochs
        ? `Finished ${progress}: ${reason ?? 'its schedule ended it'}.`
        : `Finished after ${done.toLocaleString('en')} epochs.`;
    case 'stopped':
      return `Stopped ${progress}.`;
    case 'failed':
      return `Interrupted ${progress}: ${reason ?? 'its process ended without saying so'}.`;
    case 'diverged':
      return `Diverged at step ${(event?.step ?? 0).toLocaleString('en')}, ${progress}: ${reason ?? 'the loss is no longer finite'}.`;
    default:
      return status satisfies never;
  }
}
