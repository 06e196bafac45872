import type { RunRecords } from '@fdr/figures';
import { openRun } from '@fdr/run-store';
import type { CurvatureRecord } from '../../curvature/record.js';
import type { JobResults } from '../../job-result.js';
import { readRunRecords } from '../../run-records.js';
import type { PlannedEstimate, PlannedFigure, PlannedRun } from '../plan/plan.js';

/** A planned run that is completed, with what it recorded. */
export interface CompletedRun extends PlannedRun {
  readonly records: RunRecords;
}

/** A planned curvature estimate that is completed. */
export interface CompletedEstimate extends PlannedEstimate {
  readonly estimate: CurvatureRecord;
}

/** Everything of a figure that is completed. */
export interface CompletedParts {
  readonly runs: readonly CompletedRun[];
  readonly estimates: readonly CompletedEstimate[];
}

/**
 * Reads the completed runs and estimates of a figure.
 *
 * @param planned the figure
 * @param results the completed jobs
 * @param withSteps whether the figure draws single steps; if not, their series are empty
 */
export async function readCompleted(
  { runs, estimates }: Pick<PlannedFigure, 'runs' | 'estimates'>,
  results: JobResults,
  withSteps: boolean,
): Promise<CompletedParts> {
  const completedRuns: CompletedRun[] = [];
  for (const run of runs) {
    const result = results.get(run.job.key);
    if (result?.kind !== 'run') continue;
    const reader = await openRun(result.runsDirectory, result.runId);
    completedRuns.push({ ...run, records: await readRunRecords(reader, withSteps) });
  }
  const completedEstimates = estimates.flatMap((planned): CompletedEstimate[] => {
    const result = results.get(planned.job.key);
    return result?.kind === 'curvature' ? [{ ...planned, estimate: result.estimate }] : [];
  });
  return { runs: completedRuns, estimates: completedEstimates };
}
