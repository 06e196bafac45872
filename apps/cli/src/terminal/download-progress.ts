import type { FetchProgress } from '@fdr/datasets';
import { ERASE_LINE, type Output } from './output.js';

const MEGABYTE = 1e6;

/** Shows the download of a data set. */
interface DownloadProgress {
  readonly show: (progress: FetchProgress) => void;
  /** Erases the line, where it can be erased. */
  readonly end: () => void;
}

function describeProgress({ dataset, stage, done, total }: FetchProgress): string {
  if (stage === 'convert') return `converting ${dataset}: ${done} of ${total} files`;
  return `fetching ${dataset}: ${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB`;
}

/** A download on a terminal is one line that is drawn over and over, elsewhere a line at the beginning of each stage. */
export function downloadProgress(output: Output): DownloadProgress {
  let stage: FetchProgress['stage'] | undefined;
  return {
    show: (progress) => {
      if (output.redraws) output.write(`${ERASE_LINE}${describeProgress(progress)}`);
      else if (progress.stage !== stage) output.write(`${describeProgress(progress)}\n`);
      stage = progress.stage;
    },
    end: () => {
      if (stage !== undefined && output.redraws) output.write(ERASE_LINE);
    },
  };
}
