import type { RunSummary } from '@fdr/records';
import type { Api } from './api.js';
import { errorMessage } from './error-message.js';
import type { Feed, FeedObserver } from './feed.js';
import { loadHistory } from './run-history.js';

/** The feed of a run that is stored and does not grow any more. Its history is read once. */
export function openStoredFeed(api: Api, summary: RunSummary, observer: FeedObserver): Feed {
  let closed = false;
  loadHistory(api, summary).then(
    (history) => {
      if (closed) return;
      observer.onHistory(history);
      observer.onConnection({ state: 'recorded' });
    },
    (error: unknown) => {
      if (!closed) observer.onConnection({ state: 'failed', reason: errorMessage(error) });
    },
  );
  return {
    send: () => Promise.resolve({ ok: false, error: 'this run is not training' }),
    close: () => {
      closed = true;
    },
  };
}
