import { createStepSeries, type RunRecords } from '@fdr/figures';
import type { RunSummary } from '@fdr/records';
import { watch, type ComputedRef } from 'vue';
import type { Api } from '../feed/api.js';
import { usePolled, type Polled } from '../feed/use-polled.js';
import { errorMessage } from '../feed/error-message.js';

/** The part of a run that is compared: its epochs and events, not its single steps. */
export interface FetchedRun {
  readonly summary: RunSummary;
  readonly records: RunRecords;
}

interface RunComparison {
  /** In the order of the ids, as they were fetched last. */
  readonly runs: readonly FetchedRun[];
  /** Runs that could not be fetched, or not again, and why. */
  readonly missing: readonly { readonly id: string; readonly error: string }[];
}

/** Differs where a run is not the same any more, unless nothing but events came. */
const versionOf = ({ run, lastEpoch }: RunSummary): string =>
  JSON.stringify([run.status, run.resumedAt, lastEpoch?.step]);

/** Fetches several runs, and every few seconds what is new of them: a run that has ended may be resumed. */
export function useComparedRuns(api: Api, ids: ComputedRef<readonly string[]>): Polled<RunComparison> {
  const cache = new Map<string, FetchedRun>();

  async function fetchRun(id: string): Promise<FetchedRun> {
    const cached = cache.get(id);
    // The summary is fetched first. If the run has ended by then, all its epochs are there.
    const summary = await api.run(id);
    if (cached && versionOf(cached.summary) === versionOf(summary)) return cached;
    // Only new records are fetched, unless the run was resumed from a checkpoint, which rolled some of the old ones back.
    const isContinued = cached && cached.summary.run.resumedAt === summary.run.resumedAt;
    const { epochs, events } = isContinued ? cached.records : { epochs: [], events: [] };
    const [newEpochs, newEvents] = await Promise.all([api.epochs(id, epochs.length), api.events(id, events.length)]);
    const records: RunRecords = {
      run: summary.run,
      epochs: [...epochs, ...newEpochs.records],
      events: [...events, ...newEvents.records],
      steps: createStepSeries([]),
    };
    const fetched = { summary, records };
    cache.set(id, fetched);
    return fetched;
  }

  async function fetchRuns(): Promise<RunComparison> {
    const runs: FetchedRun[] = [];
    const missing: { id: string; error: string }[] = [];
    for (const id of ids.value) {
      try {
        runs.push(await fetchRun(id));
      } catch (error) {
        missing.push({ id, error: errorMessage(error) });
        const cached = cache.get(id);
        if (cached) runs.push(cached);
      }
    }
    return { runs, missing };
  }

  const polled = usePolled(fetchRuns);
  watch(ids, polled.refresh);
  return polled;
}
