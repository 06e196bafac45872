import type { Acknowledgement, Command } from '@fdr/records';
import type { History } from './history.js';

/** How the page stands with the run. */
export type Connection =
  | { readonly state: 'loading' }
  /** New records arrive as they are made. */
  | { readonly state: 'live' }
  /** The run is stored and grows no more. */
  | { readonly state: 'recorded' }
  /** The connection is lost, and tried again and again. */
  | { readonly state: 'reconnecting'; readonly since: Date }
  /** Nobody has answered for long; still tried now and then. */
  | { readonly state: 'gone'; readonly since: Date }
  | { readonly state: 'failed'; readonly reason: string };

export interface FeedObserver {
  /** The run's history is there, or has grown. */
  readonly onHistory: (history: History) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** Where a page's records come from. */
export interface Feed {
  readonly send: (command: Command) => Promise<Acknowledgement>;
  /** Ends it: the observer hears nothing more. */
  readonly close: () => void;
}
