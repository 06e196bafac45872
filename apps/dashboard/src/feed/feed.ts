import type { Acknowledgement, Command } from '@fdr/records';
import type { RunHistory } from './run-history.js';

/** The state of the page's connection to a run. */
export type Connection =
  | { readonly state: 'loading' }
  /** New records arrive as they are made. */
  | { readonly state: 'live' }
  /** The run is stored and does not grow any more. */
  | { readonly state: 'recorded' }
  /** The connection is lost. The page keeps trying to reconnect. */
  | { readonly state: 'reconnecting'; readonly since: Date }
  /** The server has not answered for a long time. The page still tries now and then. */
  | { readonly state: 'gone'; readonly since: Date }
  | { readonly state: 'failed'; readonly reason: string };

/** Whoever wants to know what a feed receives. */
export interface FeedObserver {
  /** Called when the run's history has been read, and whenever it has grown. */
  readonly onHistory: (history: RunHistory) => void;
  /** Called whenever the state of the connection may have changed. */
  readonly onConnection: (connection: Connection) => void;
}

/** The source of a page's records: a live one, or one that reads a stored run. */
export interface Feed {
  /** Sends a command to the process that trains the run. Never rejects. */
  readonly send: (command: Command) => Promise<Acknowledgement>;
  /** Ends the feed. Its observer is not called any more. */
  readonly close: () => void;
}
