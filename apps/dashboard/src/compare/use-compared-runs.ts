import { createStepSeries, type RunRecords } from '@fdr/figures';
import type { RunSummary } from '@fdr/records';
import { watch, type ComputedRef } from 'vue';
import type { Api } from '../feed/api.js';
import { usePolled, type Polled } from '../feed/use-polled.js';
import { hasEnded } from '../run/run-status.js';

/** What is compared of a run: its epochs and events, not its single steps. */
export interface ComparedRun {
  readonly summary: RunSummary;
  readonly records: RunRecords;
}

export interface Compared {
  /** In the order asked for. */
  readonly runs: readonly ComparedRun[];
  readonly missing: readonly { readonly id: string; readonly error: string }[];
}

/** Several runs side by side. Those that are under way are fetched again every few seconds. */
export function useComparedRuns(api: Api, ids: ComputedRef<readonly string[]>): Polled<Compared> {
  const known = new Map<string, ComparedRun>();

  async function fetched(id: string): Promise<ComparedRun> {
    const before = known.get(id);
    if (before && hasEnded(before.summary.run.status)) return before;
    // The summary first: a run that has ended by then holds all its epochs.
    const summary = await api.run(id);
    // What is here is not asked for again, unless the run has gone on from a checkpoint and some of it was cut off.
    const goesOn = before && before.summary.run.resumedAt === summary.run.resumedAt;
    const { epochs, events } = goesOn ? before.records : { epochs: [], events: [] };
    const [newEpochs, newEvents] = await Promise.all([api.epochs(id, epochs.length), api.events(id, events.length)]);
    const records: RunRecords = {
      run: summary.run,
      epochs: [...epochs, ...newEpochs.records],
      events: [...events, ...newEvents.records],
      steps: createStepSeries([]),
    };
    known.set(id, { summary, records });
    return { summary, records };
  }

  async function look(): Promise<Compared> {
    const runs: ComparedRun[] = [];
    const missing: { id: string; error: string }[] = [];
    for (const id of ids.value) {
      try {
        runs.push(await fetched(id));
      } catch (error) {
        missing.push({ id, error: error instanceof Error ? error.message : String(error) });
      }
    }
    return { runs, missing };
  }

  const polled = usePolled(look);
  watch(ids, polled.refresh);
  return polled;
}
