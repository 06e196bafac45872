import type { RunSummary } from '@fdr/records';
import type { Api } from './api.js';
import type { Feed, FeedObserver } from './feed.js';
import { openLiveFeed } from './live-feed.js';
import { openReplayFeed } from './replay-feed.js';

/** The feed that suits a run: live while it may grow, replayed when it has ended. */
export function openFeed(api: Api, summary: RunSummary, observer: FeedObserver, origin = ''): Feed {
  const grows = summary.controllable || summary.run.status === 'running' || summary.run.status === 'paused';
  return grows ? openLiveFeed(api, summary, observer, origin) : openReplayFeed(api, summary, observer);
}
