import type { RunSummary } from '@fdr/records';
import type { Api } from './api.js';
import type { Feed, FeedObserver } from './feed.js';
import { loadHistory } from './history.js';

/** The feed of a run that is stored and grows no more: read once. */
export function openReplayFeed(api: Api, summary: RunSummary, observer: FeedObserver): Feed {
  let closed = false;
  loadHistory(api, summary).then(
    (history) => {
      if (closed) return;
      observer.onHistory(history);
      observer.onConnection({ state: 'recorded' });
    },
    (error: Error) => {
      if (!closed) observer.onConnection({ state: 'failed', reason: error.message });
    },
  );
  return {
    send: () => Promise.resolve({ ok: false, error: 'this run is not training' }),
    close: () => {
      closed = true;
    },
  };
}
