import type { FigureSummary } from '@fdr/records';

/** How far the experiment behind a figure is: `11 of 13 jobs done`; nothing to say once all are. */
export const jobsText = ({ done, planned }: FigureSummary['jobs']): string =>
  done < planned ? `${done} of ${planned} jobs done` : '';
