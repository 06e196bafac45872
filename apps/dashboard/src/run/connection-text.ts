import type { RunStatus } from '@fdr/records';
import type { Connection } from '../feed/feed.js';

interface ConnectionText {
  readonly text: string;
  readonly tone: 'busy' | 'calm' | 'good' | 'bad';
}

const clock = (time: Date): string =>
  time.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** How a run ended, where its records have all arrived. What went wrong never sounds like an end that was meant. */
const ENDINGS: Readonly<Record<RunStatus, string | undefined>> = {
  running: undefined,
  paused: undefined,
  finished: 'Complete',
  stopped: 'Stopped',
  failed: 'Interrupted',
  diverged: 'Diverged',
};

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
  const ending = status && ENDINGS[status];
  switch (connection.state) {
    case 'loading':
      return { text: 'Loading the run', tone: 'calm' };
    case 'live':
      return ending !== undefined
        ? { text: ending, tone: status === 'finished' ? 'good' : 'calm' }
        : { text: controllable ? 'Live' : 'Live, trained by another process', tone: 'busy' };
    case 'recorded':
      return { text: 'Recorded', tone: 'calm' };
    case 'reconnecting':
      return ending !== undefined
        ? { text: `${ending}; the server is not responding`, tone: 'calm' }
        : { text: `Connection lost at ${clock(connection.since)}, trying again`, tone: 'bad' };
    case 'gone':
      return ending !== undefined
        ? { text: `${ending}; the server is gone`, tone: 'calm' }
        : { text: `No server since ${clock(connection.since)}; the page shows the run up to then`, tone: 'bad' };
    case 'failed':
      return { text: connection.reason, tone: 'bad' };
    default:
      return connection satisfies never;
  }
}
