import type { Range } from '@fdr/figures';
import { afterEach, expect, it } from 'vitest';
import { shallowRef } from 'vue';
import { useZoomHistory } from '../src/timeline/use-zoom-history.js';
import { inScope, stopScopes } from './in-scope.js';

afterEach(stopScopes);

it('zooms are undone one by one, and the turns of a wheel together', () => {
  let time = 0;
  const range = shallowRef<Range | null>(null);
  const { result: zoom } = inScope(() =>
    useZoomHistory(
      () => range.value,
      (chosen) => {
        range.value = chosen;
      },
      () => time,
    ),
  );
  const setAt = (moment: number, from: number) => {
    time = moment;
    zoom.set({ from, to: 10 });
  };
  expect(zoom.canUndo.value).toBe(false);
  setAt(0, 1);
  setAt(5000, 2);
  setAt(5300, 3);
  setAt(5600, 4);
  expect(range.value?.from).toBe(4);
  zoom.undo();
  expect(range.value?.from).toBe(1);
  zoom.undo();
  expect(range.value).toBeNull();
  expect(zoom.canUndo.value).toBe(false);
  zoom.undo();
  expect(range.value).toBeNull();
  // Right after an undo a zoom is one of its own.
  setAt(5700, 5);
  zoom.undo();
  expect(range.value).toBeNull();
});
