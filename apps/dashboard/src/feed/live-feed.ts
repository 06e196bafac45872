import {
  acknowledgement,
  epochMessage,
  eventMessage,
  runMessage,
  stepsMessage,
  type Acknowledgement,
  type ClientEvents,
  type Command,
  type Position,
  type RunSummary,
  type ServerEvents,
} from '@fdr/records';
import { io, type Socket } from 'socket.io-client';
import { RequestError, type Api } from './api.js';
import { errorMessage } from './error-message.js';
import type { Feed, FeedObserver } from './feed.js';
import type { LiveFeedEffect, LiveFeedInput } from './live-feed-state.js';
import { acceptsRecords, beginLiveFeed, transition } from './live-feed-transition.js';
import {
  appendEpochs,
  appendEvents,
  appendSteps,
  historyPosition,
  loadHistory,
  replaceRun,
  type MergeResult,
  type RunHistory,
} from './run-history.js';

/** Milliseconds in which the server must answer a subscription or a command. */
const ACK_TIMEOUT = 10_000;
/** Milliseconds before reconnecting to a server that ended the connection itself. */
const RECONNECT_DELAY = 1000;

/** The page's side of a connection. */
export type LiveSocket = Socket<ServerEvents, ClientEvents>;
type Dispatch = (input: LiveFeedInput) => void;

/** A socket that is not connected yet. @param origin of the server; `''` stands for the page's own. */
export function createSocket(origin: string): LiveSocket {
  return io(origin || globalThis.location.origin, {
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
}

/** Reports every change of the connection. */
function watchConnection(socket: LiveSocket, dispatch: Dispatch): void {
  socket.on('connect', () => dispatch({ type: 'connected' }));
  socket.on('disconnect', (reason) =>
    dispatch({ type: 'disconnected', at: new Date(), byServer: reason === 'io server disconnect' }),
  );
  socket.on('connect_error', () => dispatch({ type: 'connectFailed', at: new Date() }));
  socket.io.on('reconnect_attempt', (attempt) => dispatch({ type: 'reconnecting', at: new Date(), attempt }));
}

async function subscribe(socket: LiveSocket, runId: string, from: Position): Promise<LiveFeedInput> {
  try {
    const response: unknown = await socket.timeout(ACK_TIMEOUT).emitWithAck('subscribe', { runId, from });
    const answer = acknowledgement.parse(response);
    return answer.ok ? { type: 'subscribed' } : { type: 'subscriptionRefused', reason: answer.error };
  } catch {
    return { type: 'subscriptionFailed' };
  }
}

async function sendCommand(socket: LiveSocket, command: Command): Promise<Acknowledgement> {
  if (!socket.connected) return { ok: false, error: 'there is no connection to the server' };
  try {
    return acknowledgement.parse(await socket.timeout(ACK_TIMEOUT).emitWithAck('command', command));
  } catch {
    return { ok: false, error: 'the server did not answer; it may have received the command' };
  }
}

interface MessageSchema<T> {
  safeParse(value: unknown): { success: boolean; data?: T };
}

/** Listens to messages of one run. It uses only those that parse, and acknowledges all, so that the server sends the next one. */
function onMessage<T extends { readonly runId: string }>(
  socket: LiveSocket,
  event: keyof ServerEvents,
  schema: MessageSchema<T>,
  runId: string,
  use: (message: T) => void,
): void {
  socket.on(event, (unparsed: unknown, acknowledge: (() => void) | undefined) => {
    try {
      const { data } = schema.safeParse(unparsed);
      if (data?.runId === runId) use(data);
    } catch (error) {
      console.warn('A message was dropped:', error);
    } finally {
      acknowledge?.();
    }
  });
}

/**
 * The feed of a run that grows: its history by requests, then new records over a socket, from the position where the history ends.
 * Every record is numbered, so a duplicate is dropped; a gap and a lost connection are repaired by subscribing again from the end
 * of the history. What happens when is decided in `live-feed-transition.ts`; this function does what is decided there.
 */
export function openLiveFeed(api: Api, { run: { id: runId } }: RunSummary, observer: FeedObserver): Feed {
  const socket = createSocket(api.origin);
  const beginning = beginLiveFeed();
  let { state } = beginning;
  let history: RunHistory | null = null;
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined;

  function dispatch(input: LiveFeedInput): void {
    const next = transition(state, input);
    state = next.state;
    next.effects.forEach(perform);
  }

  async function load(): Promise<LiveFeedInput> {
    try {
      history = await loadHistory(api, await api.run(runId));
      return { type: 'loaded' };
    } catch (error) {
      return { type: 'loadFailed', reason: errorMessage(error), refused: error instanceof RequestError };
    }
  }

  function perform(effect: LiveFeedEffect): void {
    switch (effect.type) {
      case 'load':
        void load().then(dispatch);
        return;
      case 'connect':
        socket.connect();
        return;
      case 'connectLater':
        reconnectTimer = setTimeout(() => socket.connect(), RECONNECT_DELAY);
        return;
      case 'subscribe':
        if (history) void subscribe(socket, runId, historyPosition(history)).then(dispatch);
        return;
      case 'dropConnection':
        socket.io.engine.close();
        return;
      case 'disconnect':
        clearTimeout(reconnectTimer);
        socket.disconnect();
        return;
      case 'reportHistory':
        if (history) observer.onHistory(history);
        return;
      case 'reportConnection':
        observer.onConnection(effect.connection);
        return;
      default:
        effect satisfies never;
    }
  }

  function merge<T>(message: T, into: (held: RunHistory, message: T) => MergeResult | 'resumed'): void {
    if (!history || !acceptsRecords(state)) return;
    const result = into(history, message);
    if (result === 'resumed') dispatch({ type: 'resumed' });
    else dispatch({ type: 'merged', result, position: historyPosition(history) });
  }

  watchConnection(socket, dispatch);
  onMessage(socket, 'run', runMessage, runId, (message) => merge(message, replaceRun));
  onMessage(socket, 'epoch', epochMessage, runId, (message) => merge(message, appendEpochs));
  onMessage(socket, 'event', eventMessage, runId, (message) => merge(message, appendEvents));
  onMessage(socket, 'steps', stepsMessage, runId, (message) => merge(message, appendSteps));
  beginning.effects.forEach(perform);
  return {
    send: (command) => sendCommand(socket, command),
    close: () => dispatch({ type: 'close' }),
  };
}
