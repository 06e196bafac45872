import { parquet } from '@fdr/export';
import { csv } from '@fdr/figures';
import { pictureFiles, writeFiles } from '../write-files.js';
import { groupTable, sweepTable } from './collect.js';
import { sweepStatus } from './status.js';
import { sweepFigure } from './sweep-figure.js';

/**
 * Writes what a sweep has found so far into its folder: `table.csv` and `table.parquet` over all jobs, `groups.csv` with statistics over seeds, and
 * `fig3` where the sweep is over the learning rate.
 *
 * @returns the paths of the files
 * @throws ExperimentError if the folder holds no sweep
 */
export async function collectSweep(out: string): Promise<readonly string[]> {
  const sweep = await sweepStatus(out);
  const table = sweepTable(sweep);
  const panels = sweepFigure(sweep);
  return writeFiles(out, [
    ['table.csv', csv(table)],
    ['table.parquet', parquet(table)],
    ['groups.csv', csv(groupTable(sweep))],
    ...(panels ? pictureFiles('fig3', panels) : []),
  ]);
}
