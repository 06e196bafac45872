// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { LiveFeedEffect, LiveFeedSession, LiveFeedState } from '../src/feed/live-feed-state.js';
import { acceptsRecords, beginLiveFeed, transition } from '../src/feed/live-feed-transition.js';
import { input, late, position, type InputName } from './live-feed-inputs.js';

/** Freezes all of a value, so that a transition that writes to its arguments throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const early = new Date(1000);
const fresh: LiveFeedSession = { outage: null, outdated: false, lastGap: null };
const outdated: LiveFeedSession = { ...fresh, outdated: true };
const down = (attempts: number): LiveFeedSession => ({ ...fresh, outage: { since: early, attempts } });
const gaps = (count: number): LiveFeedSession => ({ ...fresh, lastGap: { position, count } });

const loading: LiveFeedState = { phase: 'loading' };
const closed: LiveFeedState = { phase: 'closed' };
const connecting = (session = fresh): LiveFeedState => ({ phase: 'connecting', session });
const live = (session = fresh): LiveFeedState => ({ phase: 'live', session });
const subscribing = (session = fresh, mayReload = true): LiveFeedState => ({
  phase: 'subscribing',
  session,
  mayReload,
});
const reloading = (session = fresh, connected = true, mayReload = true): LiveFeedState => ({
  phase: 'reloading',
  session,
  connected,
  mayReload,
});

const load: LiveFeedEffect = { type: 'load' };
const subscribe: LiveFeedEffect = { type: 'subscribe' };
const dropConnection: LiveFeedEffect = { type: 'dropConnection' };
const disconnect: LiveFeedEffect = { type: 'disconnect' };
const reportHistory: LiveFeedEffect = { type: 'reportHistory' };
const reportLive: LiveFeedEffect = { type: 'reportConnection', connection: { state: 'live' } };
const reportLost = (since: Date, state: 'reconnecting' | 'gone' = 'reconnecting'): LiveFeedEffect => ({
  type: 'reportConnection',
  connection: { state, since },
});
const failed = (reason: string): LiveFeedEffect[] => [
  { type: 'reportConnection', connection: { state: 'failed', reason } },
  disconnect,
];
const outageSince = (since: Date, attempts: number): LiveFeedSession => ({ ...fresh, outage: { since, attempts } });
const stuck = 'the server keeps sending records that do not follow on from the last one here';

type Row = readonly [LiveFeedState, InputName, LiveFeedState, readonly LiveFeedEffect[]];

const ROWS: readonly Row[] = [
  // The first reading of the history.
  [loading, 'loaded', connecting(), [reportHistory, { type: 'connect' }]],
  [loading, 'loadRefused', closed, failed('there is no run x')],
  [loading, 'loadUnanswered', closed, failed('fetch failed')],
  [loading, 'close', closed, [disconnect]],

  // There is no connection.
  [connecting(), 'connected', subscribing(), [subscribe]],
  [connecting(down(3)), 'connected', subscribing(down(3)), [subscribe]],
  [connecting(outdated), 'connected', reloading(outdated), [load]],
  [connecting(), 'connectFailed', connecting(outageSince(late, 0)), [reportLost(late)]],
  [connecting(down(0)), 'attempt1', connecting(down(1)), [reportLost(early)]],
  [connecting(down(1)), 'connectFailed', connecting(down(1)), [reportLost(early)]],
  [connecting(down(6)), 'attempt7', connecting(down(7)), [reportLost(early)]],
  [connecting(down(7)), 'attempt8', connecting(down(8)), [reportLost(early, 'gone')]],
  [connecting(down(8)), 'connectFailed', connecting(down(8)), [reportLost(early, 'gone')]],
  [connecting(down(8)), 'attempt1', connecting(down(1)), [reportLost(early)]],
  [connecting(), 'lost', connecting(outageSince(late, 0)), [reportLost(late)]],
  [connecting(), 'sentAway', connecting(outageSince(late, 0)), [reportLost(late), { type: 'connectLater' }]],
  [connecting(), 'resumed', connecting(outdated), []],
  [connecting(), 'changed', connecting(), [reportHistory]],
  [connecting(), 'close', closed, [disconnect]],

  // The subscription is on its way.
  [subscribing(), 'subscribed', live(), [reportHistory, reportLive]],
  [subscribing(down(5)), 'subscribed', live(), [reportHistory, reportLive]],
  [subscribing(gaps(2)), 'subscribed', live(gaps(2)), [reportHistory, reportLive]],
  [subscribing(outdated), 'subscribed', reloading(outdated), [reportLive, load]],
  [subscribing(), 'refused', reloading(fresh, true, false), [load]],
  [subscribing(fresh, false), 'refused', closed, failed('the run is shorter')],
  [subscribing(), 'unanswered', connecting(), [dropConnection]],
  [subscribing(), 'lost', connecting(outageSince(late, 0)), [reportLost(late)]],
  [subscribing(down(2)), 'lost', connecting(down(2)), [reportLost(early)]],
  [subscribing(), 'resumed', subscribing(outdated), []],
  [subscribing(), 'changed', subscribing(), [reportHistory]],
  [subscribing(), 'close', closed, [disconnect]],

  // The history is read anew.
  [reloading(outdated), 'loaded', subscribing(), [subscribe]],
  [reloading(fresh, true, false), 'loaded', subscribing(fresh, false), [subscribe]],
  [reloading(outdated, false), 'loaded', connecting(), []],
  [reloading(), 'loadRefused', closed, failed('there is no run x')],
  [reloading(fresh, false), 'loadRefused', closed, failed('there is no run x')],
  [reloading(outdated), 'loadUnanswered', connecting(outdated), [dropConnection]],
  [reloading(outdated, false), 'loadUnanswered', connecting(outdated), []],
  [reloading(), 'lost', reloading(outageSince(late, 0), false), [reportLost(late)]],
  [reloading(), 'sentAway', reloading(outageSince(late, 0), false), [reportLost(late), { type: 'connectLater' }]],
  [reloading(down(0), false), 'attempt8', reloading(down(8), false), [reportLost(early, 'gone')]],
  [reloading(down(1), false), 'connected', reloading(down(1), true), []],
  [reloading(), 'resumed', reloading(outdated), []],
  [reloading(), 'changed', reloading(), [reportHistory]],
  [reloading(), 'close', closed, [disconnect]],

  // Records arrive.
  [live(), 'changed', live(), [reportHistory]],
  [live(), 'gap', subscribing(gaps(1)), [subscribe]],
  [live(gaps(1)), 'gap', subscribing(gaps(2)), [subscribe]],
  [live(gaps(7)), 'gap', subscribing(gaps(8)), [subscribe]],
  [live(gaps(8)), 'gap', closed, failed(stuck)],
  [
    live(gaps(8)),
    'gapElsewhere',
    subscribing({ ...fresh, lastGap: { position: { ...position, steps: 601 }, count: 1 } }),
    [subscribe],
  ],
  [live(), 'resumed', reloading(outdated), [load]],
  [live(), 'lost', connecting(outageSince(late, 0)), [reportLost(late)]],
  [live(), 'sentAway', connecting(outageSince(late, 0)), [reportLost(late), { type: 'connectLater' }]],
  [live(), 'close', closed, [disconnect]],
];

const flags = (state: LiveFeedState): string =>
  Object.entries(state)
    .map(([name, value]) => (name === 'phase' ? String(value) : `${name} ${JSON.stringify(value)}`))
    .join(', ');

describe('a transition of the live feed', () => {
  it.each(ROWS.map((row) => [flags(row[0]), row[1], row] as const))('from %s by %s', (_from, _by, row) => {
    const [before, by, state, effects] = row;
    expect(transition(frozen(before), frozen(input[by]))).toEqual({ state, effects });
  });

  it('begins with the history', () => {
    expect(beginLiveFeed()).toEqual({ state: loading, effects: [load] });
  });

  it('changes nothing where the input means nothing in the phase', () => {
    const without = (...names: InputName[]): InputName[] =>
      (Object.keys(input) as InputName[]).filter((name) => !names.includes(name));
    const offline = ['lost', 'sentAway', 'connectFailed', 'attempt1', 'attempt7', 'attempt8'] as const;
    const meaningless: readonly (readonly [LiveFeedState, readonly InputName[]])[] = [
      [closed, without()],
      [loading, without('loaded', 'loadRefused', 'loadUnanswered', 'close')],
      [connecting(), without('connected', ...offline, 'changed', 'resumed', 'close')],
      [subscribing(), without('subscribed', 'refused', 'unanswered', ...offline, 'changed', 'resumed', 'close')],
      [
        reloading(fresh, false),
        without('loaded', 'loadRefused', 'loadUnanswered', 'connected', ...offline, 'changed', 'resumed', 'close'),
      ],
      [live(), without(...offline, 'changed', 'gap', 'gapElsewhere', 'resumed', 'close')],
    ];
    for (const [state, names] of meaningless) {
      for (const name of names) {
        const after = transition(frozen(state), frozen(input[name]));
        expect(after, `${state.phase} by ${name}`).toEqual({ state, effects: [] });
      }
    }
  });

  it('reports no records of an outdated history', () => {
    for (const state of [connecting(outdated), subscribing(outdated), reloading(outdated), live(outdated)]) {
      expect(acceptsRecords(state)).toBe(false);
      expect(transition(state, input.changed)).toEqual({ state, effects: [] });
    }
    expect([loading, closed].map(acceptsRecords)).toEqual([false, false]);
    expect([connecting(), subscribing(), reloading(), live()].map(acceptsRecords)).toEqual([true, true, true, true]);
  });
});
