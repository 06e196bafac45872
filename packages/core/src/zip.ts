/** The items of several lists, taken together: `zip([1, 2], ['a', 'b'])` is `[[1, 'a'], [2, 'b']]`. @throws Error if the lengths differ. */
export function zip<Items extends readonly unknown[]>(
  ...lists: { readonly [Index in keyof Items]: readonly Items[Index][] }
): Items[] {
  const length = lists[0]?.length ?? 0;
  if (lists.some((list) => list.length !== length))
    throw new Error(`lists of ${lists.map((list) => list.length).join(', ')} items do not belong together`);
  // TypeScript does not follow tuples through `map`.
  return Array.from({ length }, (_, index) => lists.map((list) => list[index]) as unknown as Items);
}
