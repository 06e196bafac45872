import type { FigureSummary } from '@fdr/records';

/** The progress of the experiment behind a figure, such as `11 of 13 jobs done`; empty when all jobs are done. */
export const jobProgressText = ({ done, planned }: FigureSummary['jobs']): string =>
  done < planned ? `${done} of ${planned} jobs done` : '';
