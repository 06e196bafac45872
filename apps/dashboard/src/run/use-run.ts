import { useDocumentVisibility } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { isActive, type Acknowledgement, type Command, type RunSummary } from '@fdr/records';
import type { Api } from '../feed/api.js';
import { errorMessage } from '../feed/error-message.js';
import type { Connection, Feed, FeedObserver } from '../feed/feed.js';
import { openLiveFeed } from '../feed/live-feed.js';
import type { RunHistory } from '../feed/run-history.js';
import { openStoredFeed } from '../feed/stored-feed.js';
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

function openFeed(api: Api, summary: RunSummary, observer: FeedObserver): Feed {
  const mayGrow = summary.controllable || isActive(summary.run.status);
  if (mayGrow) return openLiveFeed(api, summary, observer);
  return openStoredFeed(api, summary, observer);
}

/**
 * Follows a run as long as the calling scope lives. However fast records come, the history changes a few times a second, less often where
 * drawing is slow, and not at all while the page is hidden.
 */
export function useRun(api: Api, runId: () => string): WatchedRun {
  const history = shallowRef<RunHistory | null>(null);
  const connection = shallowRef<Connection>({ state: 'loading' });
  const controllable = shallowRef(false);
  const visibility = useDocumentVisibility();
  let feed: Feed | null = null;
  let latest: RunHistory | null = null;
  const throttle = createRepaintThrottle(() => {
    // The lists are copied because the feed's own grow in place and would look unchanged.
    if (latest) history.value = { ...latest, epochs: [...latest.epochs], events: [...latest.events] };
  });
  const observer: FeedObserver = {
    onHistory: (grown) => {
      latest = grown;
      throttle.request();
    },
    onConnection: (state) => {
      connection.value = state;
    },
  };

  function follow(id: string): () => void {
    let closed = false;
    latest = null;
    history.value = null;
    connection.value = { state: 'loading' };
    api.run(id).then(
      (summary) => {
        if (closed) return;
        controllable.value = summary.controllable;
        feed = openFeed(api, summary, observer);
      },
      (error: unknown) => {
        if (!closed) connection.value = { state: 'failed', reason: errorMessage(error) };
      },
    );
    return () => {
      closed = true;
      feed?.close();
      feed = null;
    };
  }

  watch(runId, (id, _before, onCleanup) => onCleanup(follow(id)), { immediate: true });
  watch(visibility, (state) => throttle.hold(state === 'hidden'), { immediate: true });
  onScopeDispose(throttle.stop);

  return {
    history,
    connection,
    controllable,
    send: (command) => feed?.send(command) ?? Promise.resolve({ ok: false, error: 'the run is not loaded yet' }),
  };
}
