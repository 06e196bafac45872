import {
  acknowledgement,
  epochMessage,
  eventMessage,
  runMessage,
  stepsMessage,
  type Acknowledgement,
  type ClientEvents,
  type RunSummary,
  type ServerEvents,
} from '@fdr/records';
import { io, type Socket } from 'socket.io-client';
import { RequestError, type Api } from './api.js';
import type { Feed, FeedObserver } from './feed.js';
import { loadHistory, positionOf, takeEpochs, takeEvents, takeSteps, type History, type Taking } from './history.js';

/** Fruitless attempts to reconnect after which the server is called gone. */
const PATIENCE = 8;
const ANSWER_WITHIN = 10_000;

interface Message {
  readonly runId: string;
}

/**
 * The feed of a run that grows: its history by requests, then what is new over a socket, from the position where the history ends.
 * Every record is numbered, so a duplicate is dropped, and a gap, like a lost connection, is filled by subscribing
 * anew from where we stand.
 * @param origin of the server, `''` for the page's own.
 */
export function openLiveFeed(api: Api, summary: RunSummary, observer: FeedObserver, origin = ''): Feed {
  const { id: runId } = summary.run;
  const socket: Socket<ServerEvents, ClientEvents> = io(origin || globalThis.location.origin, {
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
  let history: History | null = null;
  let closed = false;
  let lostAt: Date | null = null;
  let attempts = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let subscribing = false;
  /** Where the last gap was found, and how often in a row at that very place. */
  let stuck = { at: '', times: 0 };

  function fail(reason: string): void {
    if (closed) return;
    closed = true;
    observer.onConnection({ state: 'failed', reason });
    socket.disconnect();
  }

  function lost(): void {
    if (closed) return;
    lostAt ??= new Date();
    observer.onConnection({ state: attempts < PATIENCE ? 'reconnecting' : 'gone', since: lostAt });
  }

  async function reload(): Promise<History> {
    const current = await api.run(runId);
    history = await loadHistory(api, current);
    return history;
  }

  async function subscribe(mayReload = true): Promise<void> {
    if (closed || subscribing) return;
    subscribing = true;
    try {
      // Asked for anew after each connection: another server may stand there now, with other runs.
      const from = positionOf(history ?? (await reload()));
      const answer = acknowledgement.parse(
        await socket.timeout(ANSWER_WITHIN).emitWithAck('subscribe', { runId, from }),
      );
      if (closed) return;
      if (answer.ok) {
        lostAt = null;
        attempts = 0;
        if (history) observer.onHistory(history);
        observer.onConnection({ state: 'live' });
      } else if (mayReload) {
        // A run that was resumed from a checkpoint may be shorter than what we hold.
        await reload();
        subscribing = false;
        await subscribe(false);
      } else {
        fail(answer.error);
      }
    } catch (error) {
      if (error instanceof RequestError) fail(error.message);
      else if (socket.connected) socket.io.engine.close();
    } finally {
      subscribing = false;
      // It was found to be no longer true while we waited.
      if (!closed && !history && socket.connected) void subscribe();
    }
  }

  function fillGap(held: History): void {
    if (subscribing) return;
    const at = JSON.stringify(positionOf(held));
    stuck = { at, times: stuck.at === at ? stuck.times + 1 : 1 };
    if (stuck.times > PATIENCE) fail('the server keeps sending records that do not continue what is here');
    else void subscribe();
  }

  /** A handler that believes nothing unparsed, and lets the server send the next message whatever this one was. */
  function on<T extends Message>(
    schema: { safeParse(value: unknown): { success: boolean; data?: T } },
    take: (held: History, message: T) => Taking,
  ) {
    return (unparsed: unknown, received: unknown): void => {
      try {
        const { data } = schema.safeParse(unparsed);
        if (closed || !history || !data || data.runId !== runId) return;
        const taking = take(history, data);
        if (taking === 'gap') fillGap(history);
        else if (taking === 'taken') observer.onHistory(history);
      } catch (error) {
        console.warn('A message was dropped:', error);
      } finally {
        if (typeof received === 'function') received();
      }
    };
  }

  socket.on(
    'run',
    on(runMessage, (held, { run }) => {
      if (run.resumedAt !== held.run.resumedAt) {
        // It went on from a checkpoint: what we hold of the time after that is no longer true.
        history = null;
        void subscribe();
        return 'known';
      }
      held.run = run;
      return 'taken';
    }),
  );
  socket.on('epoch', on(epochMessage, takeEpochs));
  socket.on('event', on(eventMessage, takeEvents));
  socket.on('steps', on(stepsMessage, takeSteps));
  socket.on('connect', () => void subscribe());
  socket.on('disconnect', (reason) => {
    lost();
    // After being sent away the library does not come back by itself.
    if (reason === 'io server disconnect' && !closed) again = setTimeout(() => socket.connect(), 1000);
  });
  socket.io.on('reconnect_attempt', (attempt) => {
    attempts = attempt;
    lost();
  });
  socket.on('connect_error', lost);

  reload().then(
    (loaded) => {
      if (closed) return;
      observer.onHistory(loaded);
      socket.connect();
    },
    (error: Error) => fail(error.message),
  );

  return {
    async send(command): Promise<Acknowledgement> {
      if (!socket.connected) return { ok: false, error: 'there is no connection to the server' };
      try {
        return acknowledgement.parse(await socket.timeout(ANSWER_WITHIN).emitWithAck('command', command));
      } catch {
        return { ok: false, error: 'the server did not answer; the command may have been taken' };
      }
    },
    close() {
      closed = true;
      clearTimeout(again);
      socket.disconnect();
    },
  };
}
