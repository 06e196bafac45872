import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { csv } from '@fdr/figures';
import { errorCode, writeFileAtomically, type RunReader } from '@fdr/run-store';
import { parquet, stepParquet } from './parquet.js';
import { recordTable } from './record-table.js';
import { stepCsv } from './step-csv.js';
import { tensorboardEvents } from './tensorboard.js';

/** A run can't be exported; the message is for a person. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}

/** What a run can be exported as. */
export type ExportFormat = 'csv' | 'parquet' | 'tensorboard';

/** Where a run is exported to, and as what. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** The folder of the files; it is made if it does not exist. */
  readonly out: string;
  /** Whether files that exist are replaced. */
  readonly force: boolean;
}

type Content = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
/** A file, whose content is made when it is written. */
type ExportedFile = readonly [name: string, content: () => Promise<Content>];

const FILES: Readonly<Record<ExportFormat, (reader: RunReader) => readonly ExportedFile[]>> = {
  csv: (reader) => [
    ['steps.csv', () => Promise.resolve(stepCsv(reader))],
    ['epochs.csv', async () => [Buffer.from(csv(recordTable(await reader.epochs())))]],
    ['events.csv', async () => [Buffer.from(csv(recordTable(await reader.events())))]],
  ],
  parquet: (reader) => [
    ['steps.parquet', async () => [await stepParquet(reader)]],
    ['epochs.parquet', async () => [parquet(recordTable(await reader.epochs()))]],
    ['events.parquet', async () => [parquet(recordTable(await reader.events()))]],
  ],
  tensorboard: (reader) => [
    [
      `events.out.tfevents.${Math.floor(Date.parse(reader.run.createdAt) / 1000)}.fdr`,
      async () => [await tensorboardEvents(reader)],
    ],
  ],
};

/**
 * Exports what a run has recorded, as far as the last refresh of its reader found it. Each file is written whole or not at all.
 *
 * @returns the paths of the files
 * @throws ExportError if a file exists and is not to be replaced, or the disk refuses
 * @throws {RunFolderError} if the run can't be read
 */
export async function exportRun(reader: RunReader, { format, out, force }: ExportOptions): Promise<readonly string[]> {
  const files = FILES[format](reader).map(([name, content]) => ({ path: join(out, name), content }));
  if (!force)
    for (const { path } of files)
      if (await exists(path))
        throw new ExportError(`${path} exists; replace it with --force, or name another folder: --out`);
  try {
    await mkdir(out, { recursive: true });
    for (const { path, content } of files) await writeFileAtomically(path, await content());
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new ExportError(`can't write into ${out} (${errorCode(error)})`, { cause: error });
  }
  return files.map(({ path }) => path);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false;
      throw new ExportError(`can't look for ${path} (${errorCode(error) ?? String(error)})`, { cause: error });
    },
  );
