/**
 * The index of the first item whose key is not below `value`; the number of items if all are below.
 *
 * @param items in ascending order of their keys.
 * @example lowerBound([1, 3, 5], 3, (item) => item) // 1
 */
export function lowerBound<Item>(items: readonly Item[], value: number, keyOf: (item: Item) => number): number {
  let from = 0;
  let to = items.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = items[middle];
    if (item !== undefined && keyOf(item) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
