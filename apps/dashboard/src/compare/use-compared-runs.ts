import { createStepSeries, type RunRecords } from '@fdr/figures';
import { isActive, type RunSummary } from '@fdr/records';
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
  /** In the order of the ids. */
  readonly runs: readonly FetchedRun[];
  /** Runs that could not be fetched, and why. */
  readonly missing: readonly { readonly id: string; readonly error: string }[];
}

/** Fetches several runs, and those that have not ended again every few seconds. */
export function useComparedRuns(api: Api, ids: ComputedRef<readonly string[]>): Polled<RunComparison> {
  const cache = new Map<string, FetchedRun>();

  async function fetchRun(id: string): Promise<FetchedRun> {
    const cached = cache.get(id);
    if (cached && !isActive(cached.summary.run.status)) return cached;
    // The summary is fetched first. If the run has ended by then, all its epochs are there.
    const summary = await api.run(id);
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
      }
    }
    return { runs, missing };
  }

  const polled = usePolled(fetchRuns);
  watch(ids, polled.refresh);
  return polled;
}
