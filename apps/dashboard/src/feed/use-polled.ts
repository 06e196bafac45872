import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { errorMessage } from './error-message.js';

/** Data of the server that is fetched again and again. */
export interface Polled<Data> {
  /** What was fetched last; null before the first success. It stays when a later request fails. */
  readonly data: Readonly<ShallowRef<Data | null>>;
  /** Why the last request failed; empty if it succeeded. */
  readonly error: Readonly<ShallowRef<string>>;
  /** Fetches now, unless a request is under way or the page is hidden. */
  readonly refresh: () => Promise<void>;
}

/**
 * Fetches data at once and then every `interval` milliseconds, as long as the calling scope lives. It pauses while the page is hidden and
 * fetches as soon as the page is visible again.
 */
export function usePolled<Data>(fetch: () => Promise<Data>, interval = 3000): Polled<Data> {
  const data = shallowRef<Data | null>(null);
  const error = shallowRef('');
  const visibility = useDocumentVisibility();
  let pending = false;

  async function refresh(): Promise<void> {
    if (pending || visibility.value === 'hidden') return;
    pending = true;
    try {
      data.value = await fetch();
      error.value = '';
    } catch (failure) {
      error.value = errorMessage(failure);
    } finally {
      pending = false;
    }
  }

  useIntervalFn(() => void refresh(), interval, { immediateCallback: true });
  watch(visibility, refresh);
  return { data, error, refresh };
}
