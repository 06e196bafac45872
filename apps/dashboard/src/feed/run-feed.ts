import { isActive, type RunSummary } from '@fdr/records';
import { RequestError, type Api } from './api.js';
import { errorMessage } from './error-message.js';
import type { Connection, Feed, FeedObserver } from './feed.js';
import { openLiveFeed } from './live-feed.js';
import { openStoredFeed } from './stored-feed.js';

/** Whoever wants to know what the feed of a run receives. */
export interface RunFeedObserver extends FeedObserver {
  /** Called with whether the serving process trains the run, so that it takes commands. */
  readonly onControllable: (controllable: boolean) => void;
}

/** The feed of a run, stored or live, which becomes a live one when a stored run is resumed. */
export interface RunFeed extends Feed {
  /** Looks whether a run that has ended was resumed, and whether a run that could not be read can be read now. To be called now and then. */
  readonly check: () => void;
}

const mayGrow = ({ controllable, run }: RunSummary): boolean => controllable || isActive(run.status);

/** Differs where a stored run is not the same any more: it was resumed, and may have ended again. */
const versionOf = ({ run, lastEpoch, controllable }: RunSummary): string =>
  JSON.stringify([run.status, run.resumedAt, lastEpoch?.step, controllable]);

/** Opens the feed that a run needs now. */
export function openRunFeed(api: Api, runId: string, observer: RunFeedObserver): RunFeed {
  let closed = false;
  let feed: Feed | null = null;
  let summary: RunSummary | null = null;
  let connection: Connection = { state: 'loading' };
  let status = '';
  let requests = 0;

  function report(state: Connection): void {
    connection = state;
    observer.onConnection(state);
  }

  const feedObserver: FeedObserver = {
    onHistory: (history) => {
      observer.onHistory(history);
      // A run that begins or ends to train may have begun or ended to take commands.
      const before = status;
      status = `${history.run.status} ${history.run.resumedAt ?? ''}`;
      if (before !== '' && before !== status) request();
    },
    onConnection: (state) => {
      report(state);
      // The server may be another one than before, which trains the run, or does not.
      if (state.state === 'live') request();
    },
  };

  function isUpToDate(fetched: RunSummary): boolean {
    if (summary === null || connection.state === 'failed') return false;
    return mayGrow(summary) || versionOf(summary) === versionOf(fetched);
  }

  function update(fetched: RunSummary): void {
    observer.onControllable(fetched.controllable);
    if (isUpToDate(fetched)) {
      // The server answers again. A live feed tells that by itself.
      if (connection.state === 'reconnecting' && summary && !mayGrow(summary)) report({ state: 'recorded' });
      return;
    }
    summary = fetched;
    feed?.close();
    feed = mayGrow(fetched) ? openLiveFeed(api, fetched, feedObserver) : openStoredFeed(api, fetched, feedObserver);
  }

  function failed(error: unknown): void {
    // A live feed finds out by itself that the server is gone.
    if (summary && mayGrow(summary)) return;
    if (!summary || error instanceof RequestError) report({ state: 'failed', reason: errorMessage(error) });
    else if (connection.state === 'recorded') report({ state: 'reconnecting', since: new Date() });
  }

  function request(): void {
    requests += 1;
    const number = requests;
    const isLatest = (): boolean => !closed && number === requests;
    api.run(runId).then(
      (fetched) => {
        if (isLatest()) update(fetched);
      },
      (error: unknown) => {
        if (isLatest()) failed(error);
      },
    );
  }

  request();
  return {
    check: () => {
      if (summary && (!mayGrow(summary) || connection.state === 'failed')) request();
    },
    send: (command) => feed?.send(command) ?? Promise.resolve({ ok: false, error: 'the run is not loaded yet' }),
    close: () => {
      closed = true;
      feed?.close();
    },
  };
}
