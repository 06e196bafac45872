import type { Position } from '@fdr/records';
import type { Connection } from './feed.js';
import type { MergeResult } from './run-history.js';

/** What a live feed remembers from phase to phase. */
export interface LiveFeedSession {
  /** When the connection was lost, and which attempt to reconnect is under way; null while the server answers. */
  readonly outage: { readonly since: Date; readonly attempts: number } | null;
  /** The run was resumed from a checkpoint, so the end of the history that is held was rolled back. */
  readonly outdated: boolean;
  /** The position of the last gap, and how often in a row a gap was found there. */
  readonly lastGap: { readonly position: Position; readonly count: number } | null;
}

/**
 * The state of a live feed. From its opening to its end:
 *
 * - `loading`: the history is read for the first time. There is no socket yet.
 * - `connecting`: the history is there, the connection is not. The socket library tries to establish it.
 * - `reloading`: the history is read anew, because the one that is held no longer agrees with the server's. `connected` follows the
 *   socket, which may come and go meanwhile; `mayReload` is handed on to the subscription that comes next.
 * - `subscribing`: the server was asked for the records after the history's end and has not answered yet. If it refuses, the history
 *   is reloaded once (`mayReload`): the run may be shorter than the history, because it was resumed from a checkpoint.
 * - `live`: the server sends records as they are made.
 * - `closed`: the end, by request or by a failure. Nothing happens any more.
 */
export type LiveFeedState =
  | { readonly phase: 'loading' }
  | { readonly phase: 'connecting'; readonly session: LiveFeedSession }
  | {
      readonly phase: 'reloading';
      readonly session: LiveFeedSession;
      readonly connected: boolean;
      readonly mayReload: boolean;
    }
  | { readonly phase: 'subscribing'; readonly session: LiveFeedSession; readonly mayReload: boolean }
  | { readonly phase: 'live'; readonly session: LiveFeedSession }
  | { readonly phase: 'closed' };

/** What happens to a live feed. */
export type LiveFeedInput =
  /** The history was read and replaces the one that was held. */
  | { readonly type: 'loaded' }
  /** The history could not be read. `refused`: the server answered with an error; otherwise it did not answer. */
  | { readonly type: 'loadFailed'; readonly reason: string; readonly refused: boolean }
  | { readonly type: 'connected' }
  /** `byServer`: the server ended the connection, after which the socket library does not reconnect by itself. */
  | { readonly type: 'disconnected'; readonly at: Date; readonly byServer: boolean }
  /** The socket library begins an attempt to reconnect, the first being 1. */
  | { readonly type: 'reconnecting'; readonly at: Date; readonly attempt: number }
  | { readonly type: 'connectFailed'; readonly at: Date }
  /** The server accepted the subscription. */
  | { readonly type: 'subscribed' }
  | { readonly type: 'subscriptionRefused'; readonly reason: string }
  /** The server did not answer the subscription, or not in a way that can be understood. */
  | { readonly type: 'subscriptionFailed' }
  /** Records arrived and were merged into the history, which ends at `position` now. */
  | { readonly type: 'merged'; readonly result: MergeResult; readonly position: Position }
  /** The run was resumed from a checkpoint after its history was read. */
  | { readonly type: 'resumed' }
  /** The owner of the feed wants no more of it. */
  | { readonly type: 'close' };

/** What is to be done after a transition, in order. */
export type LiveFeedEffect =
  /** Read the history; leads to `loaded` or `loadFailed`. */
  | { readonly type: 'load' }
  | { readonly type: 'connect' }
  /** Connect after a pause. */
  | { readonly type: 'connectLater' }
  /** Subscribe from the end of the history; leads to `subscribed`, `subscriptionRefused` or `subscriptionFailed`. */
  | { readonly type: 'subscribe' }
  /** Close the connection, so that the socket library establishes a new one. */
  | { readonly type: 'dropConnection' }
  /** Close the connection for good. */
  | { readonly type: 'disconnect' }
  | { readonly type: 'reportHistory' }
  | { readonly type: 'reportConnection'; readonly connection: Connection };

/** The state after an input, and what is to be done. */
export interface Transition {
  readonly state: LiveFeedState;
  readonly effects: readonly LiveFeedEffect[];
}
