import { isActive, type RunStatus } from '@fdr/records';
import type { Connection } from '../feed/feed.js';

interface ConnectionText {
  readonly text: string;
  readonly tone: 'busy' | 'calm' | 'good' | 'bad';
}

const clock = (time: Date): string =>
  time.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/**
 * Describes the connection to the visitor.
 * @param status of the run, as last received.
 * @param controllable whether the serving process trains the run; otherwise it reads what another process writes.
 */
export function connectionText(
  connection: Connection,
  status: RunStatus | undefined,
  controllable: boolean,
): ConnectionText {
  const ended = status !== undefined && !isActive(status);
  switch (connection.state) {
    case 'loading':
      return { text: 'Loading the run', tone: 'calm' };
    case 'live':
      return ended
        ? { text: 'Complete', tone: 'good' }
        : { text: controllable ? 'Live' : 'Live, trained by another process', tone: 'busy' };
    case 'recorded':
      return { text: 'Recorded', tone: 'calm' };
    case 'reconnecting':
      return ended
        ? { text: 'Complete; the server is not responding', tone: 'calm' }
        : { text: `Connection lost at ${clock(connection.since)}, trying again`, tone: 'bad' };
    case 'gone':
      return ended
        ? { text: 'Complete; the server is gone', tone: 'calm' }
        : { text: `No server since ${clock(connection.since)}; the page shows the run up to then`, tone: 'bad' };
    case 'failed':
      return { text: connection.reason, tone: 'bad' };
    default:
      return connection satisfies never;
  }
}
