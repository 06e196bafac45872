import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';

export interface Polled<Answer> {
  readonly answer: Readonly<ShallowRef<Answer | null>>;
  /** Why it could not be fetched; empty while it can. */
  readonly problem: Readonly<ShallowRef<string>>;
  /** Fetches it now. */
  readonly refresh: () => Promise<void>;
}

/** Something the server knows, fetched again every few seconds while somebody looks. */
export function usePolled<Answer>(fetch: () => Promise<Answer>, interval = 3000): Polled<Answer> {
  const answer = shallowRef<Answer | null>(null);
  const problem = shallowRef('');
  const visibility = useDocumentVisibility();
  let asking = false;

  async function refresh(): Promise<void> {
    if (asking || visibility.value === 'hidden') return;
    asking = true;
    try {
      answer.value = await fetch();
      problem.value = '';
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      asking = false;
    }
  }

  useIntervalFn(refresh, interval, { immediateCallback: true });
  watch(visibility, refresh);
  return { answer, problem, refresh };
}
