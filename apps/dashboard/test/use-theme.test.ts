import { afterEach, describe, expect, it, vi } from 'vitest';
import { inScope, stopScopes } from './in-scope.js';
import { countListeners } from './page-state.js';
import { useTheme } from '../src/use-theme.js';

afterEach(() => {
  stopScopes();
  vi.restoreAllMocks();
});

/** The system's preference, which the test can change. */
function preference(dark: boolean) {
  const query = new EventTarget();
  let matches = dark;
  Object.defineProperty(query, 'matches', { get: () => matches });
  const asked = vi.spyOn(window, 'matchMedia').mockReturnValue(query as MediaQueryList);
  return {
    query,
    asked,
    change(next: boolean) {
      matches = next;
      query.dispatchEvent(Object.assign(new Event('change'), { matches: next }));
    },
  };
}

describe('the theme', () => {
  it.each([
    [true, 'dark'],
    [false, 'light'],
  ])('follows the system: prefers dark %s', (dark, theme) => {
    const { asked, change } = preference(dark);
    const { result } = inScope(useTheme);
    expect(result.value).toBe(theme);
    expect(asked).toHaveBeenCalledWith('(prefers-color-scheme: dark)');
    change(!dark);
    expect(result.value).toBe(dark ? 'light' : 'dark');
  });

  it('is not followed any more once the scope has ended', () => {
    const { query, change } = preference(false);
    const listeners = countListeners(query);
    const { result, stop } = inScope(useTheme);
    expect(listeners()).toBe(1);
    stop();
    expect(listeners()).toBe(0);
    change(true);
    expect(result.value).toBe('light');
  });
});
