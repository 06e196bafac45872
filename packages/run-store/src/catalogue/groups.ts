import type { RunGroup, RunRow } from '@fdr/records';

/** Runs whose settings differ in nothing but the seed, as one; in the order of the first of each. */
export function groupRuns(rows: readonly RunRow[]): RunGroup[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const members = groups.get(row.group);
    if (members) members.push(row);
    else groups.set(row.group, [row]);
  }
  return [...groups.values()].map((members) => {
    const newest = members.reduce((a, b) => (b.createdAt > a.createdAt ? b : a));
    return {
      newest,
      count: members.length,
      testAccuracy: spread(members.map(({ testAccuracy }) => testAccuracy)),
      trainLoss: spread(members.map(({ trainLoss }) => trainLoss)),
    };
  });
}

/** Mean and standard deviation of those values that there are. */
function spread(values: readonly (number | null)[]): RunGroup['testAccuracy'] {
  const known = values.filter((value) => value !== null);
  const count = known.length;
  if (count === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, deviation: count === 1 ? null : Math.sqrt(squares / (count - 1)) };
}
