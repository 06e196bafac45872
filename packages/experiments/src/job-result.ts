import type { RunReader } from '@fdr/run-store';
import type { CurvatureRecord } from './curvature/record.js';

/** What a completed job has produced. */
export type JobResult = RunResult | CurvatureResult;

/** A finished run with its last checkpoint. */
export interface RunResult {
  readonly kind: 'run';
  readonly reader: RunReader;
  /** Path of the last checkpoint. */
  readonly checkpoint: string;
}

/** A finished curvature estimate. */
export interface CurvatureResult {
  readonly kind: 'curvature';
  readonly estimate: CurvatureRecord;
}

/** Completed jobs by job key. */
export type JobResults = ReadonlyMap<string, JobResult>;
