import { groupBy } from '../../group-by.js';
import type { Job } from '../../job.js';

/** Most tasks of an array: Slurm's usual `MaxArraySize` is 1001. */
const LONGEST_ARRAY = 1000;

/** A task of an array. */
export interface Task {
  readonly key: string;
  readonly index: number;
}

/** Where a job waits or runs: `array` is what names the array. */
export interface Placement<Name> {
  readonly array: Name;
  readonly index: number;
}

/** An array that is still to be submitted. */
export interface PlannedArray {
  readonly tasks: readonly Task[];
  /** What it waits for; a number stands for that planned array, a text for one that Slurm has already. */
  readonly after: Dependency<number | string> | undefined;
}

/** `corresponding`: each task waits for the task of the same index. Else all of them wait for one task. */
export type Dependency<Name> =
  | { readonly kind: 'corresponding'; readonly array: Name }
  | { readonly kind: 'task'; readonly array: Name; readonly index: number };

/**
 * Groups jobs into as few arrays as their dependencies allow: jobs that wait for nothing; jobs that wait each for a job of its own in one array,
 * whose index they take; jobs that wait for the same job.
 *
 * @param jobs a parent stands before its children
 * @param placed where jobs are that Slurm has already and that are not done; a parent that is in neither is done
 * @returns an array stands before those that wait for it
 */
export function planArrays(
  jobs: readonly Job[],
  placed: ReadonlyMap<string, Placement<string>>,
): readonly PlannedArray[] {
  const arrays: PlannedArray[] = [];
  const places = new Map<string, Placement<number | string>>(placed);
  const add = (
    members: readonly Job[],
    after: PlannedArray['after'],
    indexOf: (job: Job, rank: number) => number,
  ): void => {
    const tasks = members.map((job, rank) => ({ key: job.key, index: indexOf(job, rank) }));
    for (const { key, index } of tasks) places.set(key, { array: arrays.length, index });
    arrays.push({ tasks, after });
  };
  const parentPlace = ({ parent }: Job): Placement<number | string> | undefined =>
    parent === undefined ? undefined : places.get(parent);

  for (const level of levelsOf(jobs)) {
    const groups = groupBy(level, (job) => parentPlace(job)?.array);
    for (const [array, members] of groups) {
      const isOnePerParent = new Set(members.map(({ parent }) => parent)).size === members.length;
      if (array === undefined) for (const part of chunks(members)) add(part, undefined, (_, rank) => rank);
      else if (isOnePerParent) add(members, { kind: 'corresponding', array }, (job) => parentPlace(job)?.index ?? 0);
      else
        for (const siblings of groupBy(members, ({ parent }) => parent).values())
          for (const part of chunks(siblings)) {
            const [first] = part;
            const index = (first && parentPlace(first)?.index) ?? 0;
            add(part, { kind: 'task', array, index }, (_, rank) => rank);
          }
    }
  }
  return arrays;
}

/** Jobs by the length of the chain of jobs, of these, that stands before them. */
function levelsOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const depths = new Map<string, number>();
  for (const { key, parent } of jobs) depths.set(key, 1 + (parent === undefined ? -1 : (depths.get(parent) ?? -1)));
  return [...groupBy(jobs, ({ key }) => depths.get(key) ?? 0).entries()]
    .sort(([left], [right]) => left - right)
    .map(([, level]) => level);
}

const chunks = (jobs: readonly Job[]): readonly (readonly Job[])[] =>
  Array.from({ length: Math.ceil(jobs.length / LONGEST_ARRAY) }, (_, index) =>
    jobs.slice(index * LONGEST_ARRAY, (index + 1) * LONGEST_ARRAY),
  );
