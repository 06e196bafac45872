import { useDocumentVisibility } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { Acknowledgement, Command } from '@fdr/records';
import type { Api } from '../feed/api.js';
import type { Connection, Feed } from '../feed/feed.js';
import type { History } from '../feed/history.js';
import { openFeed } from '../feed/open-feed.js';
import { createPace } from './pace.js';

/** A run as a page sees it. */
export interface WatchedRun {
  /** A new object whenever the history has grown; null until it is there. */
  readonly history: Readonly<ShallowRef<History | null>>;
  readonly connection: Readonly<ShallowRef<Connection>>;
  /** The serving process trains this run, so it can be told what to do. */
  readonly controllable: Readonly<ShallowRef<boolean>>;
  readonly send: (command: Command) => Promise<Acknowledgement>;
}

/**
 * Follows a run as long as the calling component lives. However fast records come, the history changes a few times a second, less often where
 * drawing takes long, and not at all while nobody looks.
 */
export function useRun(api: Api, runId: () => string): WatchedRun {
  const history = shallowRef<History | null>(null);
  const connection = shallowRef<Connection>({ state: 'loading' });
  const controllable = shallowRef(false);
  const visibility = useDocumentVisibility();
  let feed: Feed | null = null;
  let latest: History | null = null;
  const pace = createPace(() => {
    // Copies, because the feed's own lists grow in place and would look unchanged.
    if (latest) history.value = { ...latest, epochs: [...latest.epochs], events: [...latest.events] };
  });

  function open(id: string): () => void {
    let closed = false;
    latest = null;
    history.value = null;
    connection.value = { state: 'loading' };
    api.run(id).then(
      (summary) => {
        if (closed) return;
        controllable.value = summary.controllable;
        feed = openFeed(api, summary, {
          onHistory: (grown) => {
            latest = grown;
            pace.request();
          },
          onConnection: (state) => (connection.value = state),
        });
      },
      (error: Error) => {
        if (!closed) connection.value = { state: 'failed', reason: error.message };
      },
    );
    return () => {
      closed = true;
      feed?.close();
      feed = null;
    };
  }

  watch(runId, (id, _before, onCleanup) => onCleanup(open(id)), { immediate: true });
  watch(visibility, (state) => pace.hold(state === 'hidden'), { immediate: true });
  onScopeDispose(pace.stop);

  return {
    history,
    connection,
    controllable,
    send: (command) => feed?.send(command) ?? Promise.resolve({ ok: false, error: 'the run is not loaded yet' }),
  };
}
