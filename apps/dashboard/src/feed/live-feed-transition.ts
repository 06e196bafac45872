import type { Position } from '@fdr/records';
import type { Connection } from './feed.js';
import type { LiveFeedEffect, LiveFeedInput, LiveFeedSession, LiveFeedState, Transition } from './live-feed-state.js';

/** Failed attempts to reconnect after which the server is reported as gone. */
const ATTEMPTS_UNTIL_GONE = 8;
/** Gaps in a row at the same position that are still answered with a new subscription. */
const MAX_GAPS = 8;

/** The states between the first reading of the history and the end. */
type OpenState = Exclude<LiveFeedState, { phase: 'loading' | 'closed' }>;
type InputOf<Type extends LiveFeedInput['type']> = Extract<LiveFeedInput, { type: Type }>;

const isOpen = (state: LiveFeedState): state is OpenState => state.phase !== 'loading' && state.phase !== 'closed';

const stay = (state: LiveFeedState): Transition => ({ state, effects: [] });

const fail = (reason: string): Transition => ({
  state: { phase: 'closed' },
  effects: [{ type: 'reportConnection', connection: { state: 'failed', reason } }, { type: 'disconnect' }],
});

/** Subscribes, or reloads first where the history is outdated. */
function catchUp(session: LiveFeedSession): Transition {
  return session.outdated
    ? { state: { phase: 'reloading', session, connected: true, mayReload: true }, effects: [{ type: 'load' }] }
    : { state: { phase: 'subscribing', session, mayReload: true }, effects: [{ type: 'subscribe' }] };
}

function loaded(state: LiveFeedState): Transition {
  if (state.phase === 'loading') {
    const session: LiveFeedSession = { outage: null, outdated: false, lastGap: null };
    return { state: { phase: 'connecting', session }, effects: [{ type: 'reportHistory' }, { type: 'connect' }] };
  }
  if (state.phase !== 'reloading') return stay(state);
  const session = { ...state.session, outdated: false };
  if (!state.connected) return stay({ phase: 'connecting', session });
  return { state: { phase: 'subscribing', session, mayReload: state.mayReload }, effects: [{ type: 'subscribe' }] };
}

function loadFailed(state: LiveFeedState, { reason, refused }: InputOf<'loadFailed'>): Transition {
  if (state.phase === 'loading') return fail(reason);
  if (state.phase !== 'reloading') return stay(state);
  if (refused) return fail(reason);
  return {
    state: { phase: 'connecting', session: state.session },
    effects: state.connected ? [{ type: 'dropConnection' }] : [],
  };
}

function connected(state: LiveFeedState): Transition {
  if (state.phase === 'connecting') return catchUp(state.session);
  return stay(state.phase === 'reloading' ? { ...state, connected: true } : state);
}

/** There is no connection: reports since when, and whether there is hope. */
function offline(state: LiveFeedState, at: Date, attempt?: number): Transition {
  if (!isOpen(state)) return stay(state);
  const { outage } = state.session;
  const since = outage?.since ?? at;
  const attempts = attempt ?? outage?.attempts ?? 0;
  const session = { ...state.session, outage: { since, attempts } };
  const connection: Connection = { state: attempts < ATTEMPTS_UNTIL_GONE ? 'reconnecting' : 'gone', since };
  return {
    state: state.phase === 'reloading' ? { ...state, session, connected: false } : { phase: 'connecting', session },
    effects: [{ type: 'reportConnection', connection }],
  };
}

function disconnected(state: LiveFeedState, { at, byServer }: InputOf<'disconnected'>): Transition {
  const after = offline(state, at);
  if (!byServer || !isOpen(state)) return after;
  return { state: after.state, effects: [...after.effects, { type: 'connectLater' }] };
}

function subscribed(state: LiveFeedState): Transition {
  if (state.phase !== 'subscribing') return stay(state);
  const session = { ...state.session, outage: null };
  const live: LiveFeedEffect = { type: 'reportConnection', connection: { state: 'live' } };
  if (!session.outdated) return { state: { phase: 'live', session }, effects: [{ type: 'reportHistory' }, live] };
  const reload = catchUp(session);
  return { state: reload.state, effects: [live, ...reload.effects] };
}

function subscriptionRefused(state: LiveFeedState, { reason }: InputOf<'subscriptionRefused'>): Transition {
  if (state.phase !== 'subscribing') return stay(state);
  if (!state.mayReload) return fail(reason);
  return {
    state: { phase: 'reloading', session: state.session, connected: true, mayReload: false },
    effects: [{ type: 'load' }],
  };
}

function subscriptionFailed(state: LiveFeedState): Transition {
  if (state.phase !== 'subscribing') return stay(state);
  return { state: { phase: 'connecting', session: state.session }, effects: [{ type: 'dropConnection' }] };
}

const isSame = (left: Position, right: Position): boolean =>
  left.epochs === right.epochs && left.steps === right.steps && left.events === right.events;

function merged(state: LiveFeedState, { result, position }: InputOf<'merged'>): Transition {
  if (result === 'unchanged' || !acceptsRecords(state)) return stay(state);
  if (result === 'changed') return { state, effects: [{ type: 'reportHistory' }] };
  // Elsewhere a subscription follows anyway.
  if (state.phase !== 'live') return stay(state);
  const { lastGap } = state.session;
  const count = lastGap && isSame(lastGap.position, position) ? lastGap.count + 1 : 1;
  if (count > MAX_GAPS) return fail('the server keeps sending records that do not follow on from the last one here');
  return catchUp({ ...state.session, lastGap: { position, count } });
}

function resumed(state: LiveFeedState): Transition {
  if (!isOpen(state)) return stay(state);
  const session = { ...state.session, outdated: true };
  return state.phase === 'live' ? catchUp(session) : stay({ ...state, session });
}

function close(state: LiveFeedState): Transition {
  if (state.phase === 'closed') return stay(state);
  return { state: { phase: 'closed' }, effects: [{ type: 'disconnect' }] };
}

/** The beginning of a live feed. */
export function beginLiveFeed(): Transition {
  return { state: { phase: 'loading' }, effects: [{ type: 'load' }] };
}

/** Whether the history that is held may be extended by records that arrive. */
export function acceptsRecords(state: LiveFeedState): boolean {
  return isOpen(state) && !state.session.outdated;
}

/** What becomes of a live feed by an input. A pure function; an input that means nothing in the given state changes nothing. */
export function transition(state: LiveFeedState, input: LiveFeedInput): Transition {
  switch (input.type) {
    case 'loaded':
      return loaded(state);
    case 'loadFailed':
      return loadFailed(state, input);
    case 'connected':
      return connected(state);
    case 'disconnected':
      return disconnected(state, input);
    case 'reconnecting':
      return offline(state, input.at, input.attempt);
    case 'connectFailed':
      return offline(state, input.at);
    case 'subscribed':
      return subscribed(state);
    case 'subscriptionRefused':
      return subscriptionRefused(state, input);
    case 'subscriptionFailed':
      return subscriptionFailed(state);
    case 'merged':
      return merged(state, input);
    case 'resumed':
      return resumed(state);
    case 'close':
      return close(state);
    default:
      return input satisfies never;
  }
}
