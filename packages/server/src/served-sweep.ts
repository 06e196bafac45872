import type { SweepOutline } from '@fdr/records';

/** The sweep whose runs a server shows. */
export interface ServedSweep {
  readonly outline: SweepOutline;
  /** Reads which runs belong to jobs that have failed of themselves. */
  failedRuns(): Promise<ReadonlySet<string>>;
}
