import { vi } from 'vitest';

/** Shows or hides the page, as a browser does when the visitor changes tabs. */
export function setVisibility(state: 'visible' | 'hidden'): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

/**
 * Counts the listeners of a target from now on.
 * @returns the number of those that were added and not removed again.
 */
export function countListeners(target: EventTarget): () => number {
  const listening: string[] = [];
  const { addEventListener, removeEventListener } = target;
  vi.spyOn(target, 'addEventListener').mockImplementation((type, listener, options) => {
    listening.push(type);
    addEventListener.call(target, type, listener, options);
  });
  vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener, options) => {
    const index = listening.indexOf(type);
    if (index >= 0) listening.splice(index, 1);
    removeEventListener.call(target, type, listener, options);
  });
  return () => listening.length;
}
