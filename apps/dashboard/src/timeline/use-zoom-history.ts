import type { Range } from '@fdr/figures';
import { computed, shallowRef, type ComputedRef } from 'vue';

/** Zooms that can be undone. */
export interface ZoomHistory {
  readonly set: (range: Range | null) => void;
  readonly undo: () => void;
  readonly canUndo: ComputedRef<boolean>;
}

/** Changes that follow one another within so many milliseconds are one: the turns of a wheel. */
const TOGETHER = 600;
const MAX_PAST = 100;

/**
 * Remembers the ranges that were visible before.
 *
 * @param now monotonic milliseconds.
 */
export function useZoomHistory(
  current: () => Range | null,
  apply: (range: Range | null) => void,
  now: () => number = () => performance.now(),
): ZoomHistory {
  const past = shallowRef<readonly (Range | null)[]>([]);
  let changedAt = -Infinity;
  return {
    set: (range) => {
      if (now() - changedAt > TOGETHER) past.value = [...past.value, current()].slice(-MAX_PAST);
      changedAt = now();
      apply(range);
    },
    undo: () => {
      const before = past.value.at(-1);
      if (before === undefined) return;
      past.value = past.value.slice(0, -1);
      changedAt = -Infinity;
      apply(before);
    },
    canUndo: computed(() => past.value.length > 0),
  };
}
