import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export { temporaryFolder } from '@fdr/testing';

/** The content of files by their names. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** Writes files into an existing folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
}
