import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { Acknowledgement, Command } from '@fdr/records';
import type { Api } from '../feed/api.js';
import type { Connection } from '../feed/feed.js';
import { openRunFeed, type RunFeed, type RunFeedObserver } from '../feed/run-feed.js';
import type { RunHistory } from '../feed/run-history.js';
import { createRepaintThrottle } from './repaint-throttle.js';

/** A run as its page sees it. */
interface WatchedRun {
  /** A new object whenever the history has grown; null until it is loaded. */
  readonly history: Readonly<ShallowRef<RunHistory | null>>;
  readonly connection: Readonly<ShallowRef<Connection>>;
  /** Whether the serving process trains this run, so that it takes commands. */
  readonly controllable: Readonly<ShallowRef<boolean>>;
  readonly send: (command: Command) => Promise<Acknowledgement>;
}

/** Milliseconds between two looks whether a run that has ended was resumed, here or by another process. */
const CHECK_INTERVAL = 3000;

/**
 * Follows a run as long as the calling scope lives. However fast records come, the history changes a few times a second, less often where
 * drawing is slow, and not at all while the page is hidden.
 */
export function useRun(api: Api, runId: () => string): WatchedRun {
  const history = shallowRef<RunHistory | null>(null);
  const connection = shallowRef<Connection>({ state: 'loading' });
  const controllable = shallowRef(false);
  const visibility = useDocumentVisibility();
  let feed: RunFeed | null = null;
  let latest: RunHistory | null = null;
  const throttle = createRepaintThrottle(() => {
    // The lists are copied because the feed's own grow in place and would look unchanged.
    if (latest) history.value = { ...latest, epochs: [...latest.epochs], events: [...latest.events] };
  });
  const observer: RunFeedObserver = {
    onHistory: (grown) => {
      latest = grown;
      throttle.request();
    },
    onConnection: (state) => {
      connection.value = state;
    },
    onControllable: (value) => {
      controllable.value = value;
    },
  };

  function follow(id: string): () => void {
    latest = null;
    history.value = null;
    controllable.value = false;
    connection.value = { state: 'loading' };
    const opened = openRunFeed(api, id, observer);
    feed = opened;
    return opened.close;
  }

  watch(runId, (id, _before, onCleanup) => onCleanup(follow(id)), { immediate: true });
  watch(visibility, (state) => throttle.hold(state === 'hidden'), { immediate: true });
  useIntervalFn(() => {
    if (visibility.value !== 'hidden') feed?.check();
  }, CHECK_INTERVAL);
  onScopeDispose(throttle.stop);

  return {
    history,
    connection,
    controllable,
    send: (command) => feed?.send(command) ?? Promise.resolve({ ok: false, error: 'the run is not loaded yet' }),
  };
}
