// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { beginLiveFeed, transition } from '../src/feed/live-feed-transition.js';
import { input, type InputName } from './live-feed-inputs.js';

describe('a sequence of transitions', () => {
  /** The phase after each input, and all effects in order. */
  function follow(...inputs: InputName[]): { phases: string[]; effects: string[] } {
    let { state, effects } = beginLiveFeed();
    const phases: string[] = [state.phase];
    const all = [...effects];
    for (const name of inputs) {
      ({ state, effects } = transition(state, input[name]));
      phases.push(state.phase);
      all.push(...effects);
    }
    return { phases, effects: all.map(({ type }) => type) };
  }

  it('survives a restart of the server', () => {
    expect(follow('loaded', 'connected', 'subscribed', 'lost', 'attempt1', 'connected', 'subscribed').phases).toEqual([
      'loading',
      'connecting',
      'subscribing',
      'live',
      'connecting',
      'connecting',
      'subscribing',
      'live',
    ]);
  });

  it('reloads once, not twice, when subscriptions are refused', () => {
    const { phases, effects } = follow('loaded', 'connected', 'refused', 'loaded', 'refused');
    expect(phases).toEqual(['loading', 'connecting', 'subscribing', 'reloading', 'subscribing', 'closed']);
    expect(effects.filter((type) => type === 'load')).toHaveLength(2);
  });

  it('fails after the ninth gap in a row at the same position', () => {
    const fill = (count: number): InputName[] =>
      Array.from({ length: count }, () => ['gap', 'subscribed'] as const).flat();
    expect(follow('loaded', 'connected', 'subscribed', ...fill(8)).phases.at(-1)).toBe('live');
    expect(follow('loaded', 'connected', 'subscribed', ...fill(8), 'gap').phases.at(-1)).toBe('closed');
    expect(follow('loaded', 'connected', 'subscribed', ...fill(8), 'gapElsewhere').phases.at(-1)).toBe('subscribing');
  });

  it('closes the connection once, whatever comes after', () => {
    const { effects } = follow('loaded', 'connected', 'close', 'close', 'subscribed', 'lost', 'attempt8', 'loaded');
    expect(effects.filter((type) => type === 'disconnect')).toHaveLength(1);
    expect(effects.at(-1)).toBe('disconnect');
  });
});
