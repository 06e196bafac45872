import type { Connection, FeedObserver } from '../src/feed/feed.js';
import type { RunHistory } from '../src/feed/run-history.js';

/** An observer that remembers every report, and for which a test can wait. */
export class Watcher implements FeedObserver {
  history: RunHistory | null = null;
  readonly connections: Connection[] = [];
  private waiting: { readonly holds: () => boolean; readonly done: () => void }[] = [];

  readonly onHistory = (history: RunHistory): void => {
    this.history = history;
    this.check();
  };
  readonly onConnection = (connection: Connection): void => {
    this.connections.push(connection);
    this.check();
  };

  get state(): string | undefined {
    return this.connections.at(-1)?.state;
  }

  /** Resolves at the first report after which the condition holds. */
  until(holds: (watcher: Watcher) => boolean): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ holds: () => holds(this), done });
      this.check();
    });
  }

  private check(): void {
    this.waiting = this.waiting.filter(({ holds, done }) => {
      if (!holds()) return true;
      done();
      return false;
    });
  }
}
