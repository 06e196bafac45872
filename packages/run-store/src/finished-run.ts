import { epochRecord, type EpochRecord, type Run } from '@fdr/records';
import { EPOCHS_FILE } from './files.js';
import { createJsonlFile } from './jsonl-file.js';
import { locateRun } from './paths.js';
import { parseRun, readRunDocument } from './run-document.js';

/** A run that has finished. */
export interface FinishedRun {
  readonly folder: string;
  readonly run: Run;
  readonly epochs: readonly EpochRecord[];
}

/**
 * Reads a run that has finished, at a fraction of the price of `openRun`: nobody writes it any more, and of its files two are read.
 *
 * @returns undefined if the run has not finished
 * @throws {RunFolderError} if there is no such run, or it is damaged
 */
export async function readFinishedRun(runsDirectory: string, id: string): Promise<FinishedRun | undefined> {
  const folder = await locateRun(runsDirectory, id);
  const document = await readRunDocument(folder);
  if (document === undefined) return undefined;
  const run = parseRun(document.text, id);
  if (run.status !== 'finished') return undefined;
  const epochs: EpochRecord[] = [];
  const file = createJsonlFile({
    folder,
    name: EPOCHS_FILE,
    schema: epochRecord,
    onRecord: (record) => epochs.push(record),
    onRestart: () => epochs.splice(0),
  });
  await file.refresh();
  return { folder, run, epochs };
}
