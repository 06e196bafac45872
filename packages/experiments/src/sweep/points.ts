import { ExperimentError } from '../experiment-error.js';
import { parseAxis } from './axis.js';
import type { PlanFile } from './plan-file.js';
import { drawPoints } from './random.js';
import type { Settings, SettingValue } from './settings.js';

/** Most points of a plan. */
const MOST_POINTS = 100_000;

/** The points of a plan: what their jobs have of their own, beside the settings of every job. */
export interface PlanPoints {
  readonly points: readonly Settings[];
  /** Names of the settings in which they differ, in the order of the plan. */
  readonly varied: readonly string[];
}

/**
 * Every combination of a plan's grid, list and random points, without the excluded ones.
 *
 * @throws ExperimentError if there are none or too many, a setting stands in two of them, or an exclusion leaves nothing out
 */
export function pointsOf({ base, grid, list, random, exclude }: PlanFile): PlanPoints {
  const axes = Object.entries(grid).map(([name, values]) =>
    toValues(name, values).map((value): Settings => ({ [name]: value })),
  );
  const parts: readonly (readonly Settings[])[] = [
    ...axes,
    ...(list ? [list] : []),
    ...(random ? [drawPoints(random)] : []),
  ];
  const listed = [...new Set((list ?? []).flatMap((row) => Object.keys(row)))];
  const varied = [...Object.keys(grid), ...listed, ...Object.keys(random?.settings ?? {})];
  const twice = varied.find((name, index) => varied.indexOf(name) !== index);
  if (twice !== undefined) throw new ExperimentError(`${twice} stands twice in grid, list and random; once is enough`);
  const count = parts.reduce((product, part) => product * part.length, 1);
  if (count > MOST_POINTS) throw new ExperimentError(`expected at most ${MOST_POINTS} points, found ${count}`);
  const all = parts.reduce<readonly Settings[]>(
    (points, part) => points.flatMap((point) => part.map((row) => ({ ...point, ...row }))),
    [{}],
  );
  const rows = exclude.map((row) =>
    Object.entries(row).map(([name, values]) => [name, toValues(name, values)] as const),
  );
  const excludes = (row: (typeof rows)[number], point: Settings): boolean =>
    row.every(([name, values]) => values.includes(point[name] ?? base[name] ?? ''));
  const idle = rows.findIndex((row) => !all.some((point) => excludes(row, point)));
  if (idle >= 0) throw new ExperimentError(`exclude ${idle + 1} leaves nothing out: ${JSON.stringify(exclude[idle])}`);
  const points = all.filter((point) => !rows.some((row) => excludes(row, point)));
  if (points.length === 0) throw new ExperimentError('the plan has no job: everything is excluded');
  return { points, varied };
}

/** The values of an axis. A text may stand for several. */
function toValues(name: string, values: PlanFile['grid'][string]): readonly SettingValue[] {
  const all = Array.isArray(values) ? values : [values];
  return all.flatMap((value) => (typeof value === 'string' ? parseAxis(name, value) : [value]));
}
