import type { FetchProgress } from '@fdr/datasets';
import { ERASE_LINE, type Output } from './output.js';

const MEGABYTE = 1e6;

/** What a download has done, in words. */
export function downloadText({ dataset, stage, done, total }: FetchProgress): string {
  if (stage === 'convert') return `converting ${dataset}: ${done} of ${total} files`;
  return `fetching ${dataset}: ${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB`;
}

/** Shows a download: one line drawn over and over on a terminal, else a line at the beginning of each stage. */
export function downloadProgress(output: Output): { show(progress: FetchProgress): void; end(): void } {
  let stage: FetchProgress['stage'] | undefined;
  return {
    show: (progress) => {
      if (output.redraws) output.write(`${ERASE_LINE}${downloadText(progress)}`);
      else if (progress.stage !== stage) output.write(`${downloadText(progress)}\n`);
      stage = progress.stage;
    },
    end: () => {
      if (stage !== undefined && output.redraws) output.write(ERASE_LINE);
    },
  };
}
