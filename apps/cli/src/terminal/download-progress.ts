import type { FetchProgress } from '@fdr/datasets';
import { ERASE_LINE, type Output } from './output.js';

const MEGABYTE = 1e6;

/** What a fetch has done, in words. */
export function fetchText({ dataset, stage, done, total }: FetchProgress): string {
  if (stage === 'convert') return `converting ${dataset}: ${done} of ${total} files`;
  return `fetching ${dataset}: ${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB`;
}

/** Shows a fetch: one line drawn over and over on a terminal, else a line at the beginning of each stage. */
export function createFetchLine(output: Output): { show(progress: FetchProgress): void; end(): void } {
  let stage: FetchProgress['stage'] | undefined;
  return {
    show: (progress) => {
      if (output.redraws) output.write(`${ERASE_LINE}${fetchText(progress)}`);
      else if (progress.stage !== stage) output.write(`${fetchText(progress)}\n`);
      stage = progress.stage;
    },
    end: () => {
      if (stage !== undefined && output.redraws) output.write(ERASE_LINE);
    },
  };
}
