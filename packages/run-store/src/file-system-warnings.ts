import { flushFolder } from './folder-flush.js';
import { networkFileSystem } from './network-file-system.js';

/** What a run folder does not promise where it lies, a sentence each; none where it promises everything. */
export async function fileSystemWarnings(folder: string): Promise<string[]> {
  const warnings: string[] = [];
  const name = await networkFileSystem(folder);
  if (name !== undefined)
    warnings.push(
      `${folder} is on ${name}, a file system that other machines may share: they can't see whether this process lives, so the ` +
        `lock that a crash leaves must be removed by hand, and they may see records late; resume the run on one machine only`,
    );
  // A disk that refuses is told of by whatever is written there.
  const code = await flushFolder(folder).catch(() => undefined);
  if (code !== undefined)
    warnings.push(
      `${folder} is on a file system that can't flush a folder (${code}): after a power failure, the newest checkpoints may be missing ` +
        `and the run go on from an earlier one; a crash of the program alone loses nothing`,
    );
  return warnings;
}
