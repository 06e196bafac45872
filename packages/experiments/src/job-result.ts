import type { SecondRelationRun } from '@fdr/core/relations';
import type { CurvatureRecord } from './curvature/record.js';
import type { FinishedEpoch } from './finished-epoch.js';

/** What a completed job has produced. */
export type JobResult = RunResult | CurvatureResult;

/** A finished run: what is known of it without opening its folder again. */
export interface RunResult {
  readonly kind: 'run';
  /** Folder of the experiment's runs, and the run's id in it. */
  readonly runsDirectory: string;
  readonly runId: string;
  /** Path of the last checkpoint. */
  readonly checkpoint: string;
  readonly lastEpoch: FinishedEpoch;
  /** The highest test accuracy of all epochs; NaN if there is none. */
  readonly bestTestAccuracy: number;
  /** The averages that the second relation needs; undefined of an optimizer without mu and nu. */
  readonly stationary?: SecondRelationRun | undefined;
}

/** A finished curvature estimate. */
interface CurvatureResult {
  readonly kind: 'curvature';
  readonly estimate: CurvatureRecord;
}

/** Completed jobs by job key. */
export type JobResults = ReadonlyMap<string, JobResult>;
