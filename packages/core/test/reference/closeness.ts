/**
 * Largest difference of two series, as a part of the largest expected number. NaN anywhere, or another length, gives NaN, which is
 * below no tolerance.
 */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length || expected.length === 0) return NaN;
  let largest = 0;
  let difference = 0;
  for (let position = 0; position < expected.length; position++) {
    const [a, b] = [found[position] as number, expected[position] as number];
    if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
    largest = Math.max(largest, Math.abs(b));
    difference = Math.max(difference, Math.abs(a - b));
  }
  return largest === 0 ? difference : difference / largest;
}
