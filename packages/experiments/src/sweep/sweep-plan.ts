import { ExperimentError } from '../experiment-error.js';
import { makeJob, type RunJob } from '../job.js';
import type { PlanFile } from './plan-file.js';
import { pointsOf } from './points.js';
import { configOf, type Settings } from './settings.js';

/** What a sweep has to do. */
export interface SweepPlan {
  /** Names of the settings in which jobs differ, in the order of the plan. */
  readonly varied: readonly string[];
  /** Each job once; a parent stands before its children. */
  readonly jobs: readonly RunJob[];
}

/**
 * Resolves a plan: one job for each point; with stages a chain of jobs for each, in which stages that are alike at several points are one job.
 *
 * @throws ExperimentError for the first mistake, naming the job
 */
export function planSweep(file: PlanFile): SweepPlan {
  const { points, varied } = pointsOf(file);
  const stages = file.stages ?? [{}];
  const staged = Object.keys(Object.assign({}, ...stages) as Settings).filter((name) => !varied.includes(name));
  const jobs = new Map<string, RunJob>();
  for (const point of points) {
    const described = describe(point);
    let parent: RunJob | undefined;
    for (const [index, stage] of stages.entries()) {
      const name = file.stages ? `${described} stage ${index + 1}` : described;
      parent = jobOf(name.trim().slice(0, 200), { ...file.base, ...point, ...stage }, parent);
      jobs.set(parent.key, jobs.get(parent.key) ?? parent);
    }
  }
  return { varied: [...varied, ...staged], jobs: [...jobs.values()] };
}

const describe = (point: Settings): string =>
  Object.entries(point)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(' ');

function jobOf(name: string, settings: Settings, parent: RunJob | undefined): RunJob {
  try {
    const config = configOf(settings);
    if (parent && config.start !== undefined)
      throw new ExperimentError('start: a stage after the first starts from the one before it');
    return makeJob(name, config, parent);
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    throw new ExperimentError(name === '' ? error.message : `${name}: ${error.message}`, { cause: error });
  }
}
