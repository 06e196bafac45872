import { stat } from 'node:fs/promises';
import { isAbsolute, join, posix, win32 } from 'node:path';

/** The environment variables of a process. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

const DEBIAN_FOLDER = '/usr/share/datasets';

/** The folders that may hold named data sets: `$FDR_DATA` if set, then Debian's folder of data sets. */
export function defaultFolders(environment: EnvironmentVariables): readonly string[] {
  const own = environment['FDR_DATA'];
  return own === undefined || own === '' ? [DEBIAN_FOLDER] : [own, DEBIAN_FOLDER];
}

/**
 * The folder that downloaded data sets are kept in: `$FDR_DATA` if set, else `fdr` in the user's cache folder, which is
 * `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`.
 *
 * @param home the user's home folder
 */
export function defaultCache(environment: EnvironmentVariables, platform: NodeJS.Platform, home: string): string {
  const own = environment['FDR_DATA'];
  if (own !== undefined && own !== '') return own;
  if (platform === 'win32')
    return win32.join(environment['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'fdr');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches', 'fdr');
  const cache = environment['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification has relative paths ignored.
  return posix.join(cache !== undefined && isAbsolute(cache) ? cache : posix.join(home, '.cache'), 'fdr');
}

/**
 * Finds a data set's own folder.
 *
 * @param folders searched in this order
 * @param name of the folder in one of them
 * @returns the path of the first that exists, whatever it holds; undefined where none does
 */
export async function findFolder(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) return path;
  }
  return undefined;
}
