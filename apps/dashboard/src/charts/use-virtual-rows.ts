import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, type ComputedRef, type Ref } from 'vue';

/** Rows of a long table that are in sight, or close to it. */
export interface VirtualRows {
  readonly indices: ComputedRef<readonly number[]>;
  /** Pixels of the rows before those, and after them. */
  readonly before: ComputedRef<number>;
  readonly after: ComputedRef<number>;
}

/**
 * @param scroller the element in which the table scrolls
 * @param count of all rows
 * @param height of each row, in pixels
 */
export function useVirtualRows(
  scroller: Readonly<Ref<HTMLElement | null>>,
  count: () => number,
  height: number,
): VirtualRows {
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: count(),
      getScrollElement: () => scroller.value,
      estimateSize: () => height,
      overscan: 8,
    })),
  );
  const items = computed(() => virtualizer.value.getVirtualItems());
  return {
    indices: computed(() => items.value.map(({ index }) => index)),
    before: computed(() => items.value[0]?.start ?? 0),
    after: computed(() => virtualizer.value.getTotalSize() - (items.value.at(-1)?.end ?? 0)),
  };
}
