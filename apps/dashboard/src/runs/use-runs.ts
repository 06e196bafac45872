import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';
import type { RunList } from '@fdr/records';
import type { Api } from '../feed/api.js';

export interface WatchedRuns {
  readonly list: Readonly<ShallowRef<RunList | null>>;
  /** Why the list could not be fetched; empty while it can. */
  readonly problem: Readonly<ShallowRef<string>>;
}

/** The list of runs, fetched again every few seconds while somebody looks. */
export function useRuns(api: Api, interval = 3000): WatchedRuns {
  const list = shallowRef<RunList | null>(null);
  const problem = shallowRef('');
  const visibility = useDocumentVisibility();
  let asking = false;

  async function refresh(): Promise<void> {
    if (asking || visibility.value === 'hidden') return;
    asking = true;
    try {
      list.value = await api.runs();
      problem.value = '';
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      asking = false;
    }
  }

  useIntervalFn(refresh, interval, { immediateCallback: true });
  watch(visibility, refresh);
  return { list, problem };
}
