import type { LiveFeedInput } from '../src/feed/live-feed-state.js';

/** When the connection is lost in these inputs. */
export const late = new Date(9000);
/** Where the history ends in these inputs. */
export const position = { epochs: 3, steps: 600, events: 1 };

/** Every kind of input of a live feed, by a short name. */
export const input = {
  loaded: { type: 'loaded' },
  loadRefused: { type: 'loadFailed', reason: 'there is no run x', refused: true },
  loadUnanswered: { type: 'loadFailed', reason: 'fetch failed', refused: false },
  connected: { type: 'connected' },
  lost: { type: 'disconnected', at: late, byServer: false },
  sentAway: { type: 'disconnected', at: late, byServer: true },
  connectFailed: { type: 'connectFailed', at: late },
  attempt1: { type: 'reconnecting', at: late, attempt: 1 },
  attempt7: { type: 'reconnecting', at: late, attempt: 7 },
  attempt8: { type: 'reconnecting', at: late, attempt: 8 },
  subscribed: { type: 'subscribed' },
  refused: { type: 'subscriptionRefused', reason: 'the run is shorter' },
  unanswered: { type: 'subscriptionFailed' },
  changed: { type: 'merged', result: 'changed', position },
  unchanged: { type: 'merged', result: 'unchanged', position },
  gap: { type: 'merged', result: 'gap', position },
  gapElsewhere: { type: 'merged', result: 'gap', position: { ...position, steps: 601 } },
  resumed: { type: 'resumed' },
  close: { type: 'close' },
} as const satisfies Record<string, LiveFeedInput>;
/** A name in `input`. */
export type InputName = keyof typeof input;
