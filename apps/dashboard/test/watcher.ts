import type { Connection, FeedObserver } from '../src/feed/feed.js';
import type { History } from '../src/feed/history.js';

/** An observer that remembers what it was told, and on which a test can wait. */
export class Watcher implements FeedObserver {
  history: History | null = null;
  readonly connections: Connection[] = [];
  private waiting: { readonly holds: () => boolean; readonly done: () => void }[] = [];

  readonly onHistory = (history: History): void => {
    this.history = history;
    this.look();
  };
  readonly onConnection = (connection: Connection): void => {
    this.connections.push(connection);
    this.look();
  };

  get state(): string | undefined {
    return this.connections.at(-1)?.state;
  }

  /** Resolves at the first news after which `holds` does. */
  until(holds: (watcher: Watcher) => boolean): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ holds: () => holds(this), done });
      this.look();
    });
  }

  private look(): void {
    this.waiting = this.waiting.filter(({ holds, done }) => {
      if (!holds()) return true;
      done();
      return false;
    });
  }
}
