import type { RunGroup, RunGroupPage, RunPage, RunRow } from '@fdr/records';
import { shallowReactive, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { Api } from '../feed/api.js';
import { errorMessage } from '../feed/error-message.js';
import { followRuns } from '../feed/follow-runs.js';

/** Rows that are fetched together. */
const CHUNK = 50;

/** What is shown of the list. */
export interface RunListView {
  readonly filter: Ref<string>;
  readonly sort: Ref<string>;
  readonly isGrouped: Ref<boolean>;
}

/** A list of runs, of which only those rows are here that were looked at. */
export interface RunList {
  /** What the server told of the list with the last rows; null before them. */
  readonly head: Readonly<ShallowRef<Omit<RunPage, 'rows'> | null>>;
  /** Why the last rows could not be fetched; empty if they could. */
  readonly error: Readonly<ShallowRef<string>>;
  /** A run, or a group of runs, as a group of one; undefined until it is fetched. */
  readonly rowAt: (index: number) => RunGroup | undefined;
  /** Fetches the rows `first .. last`, unless they are here. They are fetched again whenever the list changes. */
  readonly show: (first: number, last: number) => void;
}

const asGroup = (newest: RunRow): RunGroup => ({ newest, count: 1, testAccuracy: null, trainLoss: null });
const groupsOf = (page: RunPage | RunGroupPage): readonly RunGroup[] =>
  'groups' in page ? page.groups : page.rows.map(asGroup);

/** The list as the server has it, row by row as they come into sight, followed as long as the calling scope lives. */
export function useRunList(api: Api, view: RunListView): RunList {
  const head = shallowRef<RunList['head']['value']>(null);
  const error = shallowRef('');
  const chunks = shallowReactive(new Map<number, readonly RunGroup[]>());
  /** Chunks in sight. */
  let shown: readonly number[] = [0];
  /** Grows with each question, so that an answer to an earlier one is dropped. */
  let question = 0;

  async function fetchChunk(chunk: number): Promise<void> {
    const asked = question;
    const query = { filter: view.filter.value, sort: view.sort.value, from: chunk * CHUNK, limit: CHUNK };
    try {
      const page = await (view.isGrouped.value ? api.runGroups(query) : api.runs(query));
      if (asked !== question) return;
      head.value = page;
      chunks.set(chunk, groupsOf(page));
      error.value = '';
    } catch (failure) {
      if (asked === question) error.value = errorMessage(failure);
    }
  }

  /** Fetches what is in sight again; the rest when it comes into sight. */
  async function refresh(): Promise<void> {
    question += 1;
    const old = [...chunks.keys()].filter((chunk) => !shown.includes(chunk));
    for (const chunk of old) chunks.delete(chunk);
    await Promise.all(shown.map(fetchChunk));
  }

  watch([view.filter, view.sort, view.isGrouped], () => {
    chunks.clear();
    shown = [0];
    void refresh();
  });
  followRuns(api, () => void refresh());
  void refresh();

  return {
    head,
    error,
    rowAt: (index) => chunks.get(Math.floor(index / CHUNK))?.[index % CHUNK],
    show: (first, last) => {
      const from = Math.floor(first / CHUNK);
      shown = Array.from({ length: Math.floor(last / CHUNK) - from + 1 }, (_, offset) => from + offset);
      for (const chunk of shown) if (!chunks.has(chunk)) void fetchChunk(chunk);
    },
  };
}
