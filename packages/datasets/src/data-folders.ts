import { isAbsolute, posix, win32 } from 'node:path';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Folders in which named data sets are looked for: `$FDR_DATA` if set, then where Debian puts data sets. */
export function defaultFolders(environment: Environment): readonly string[] {
  const own = environment['FDR_DATA'];
  return own === undefined || own === '' ? [DEBIAN_FOLDER] : [own, DEBIAN_FOLDER];
}
const DEBIAN_FOLDER = '/usr/share/datasets';

/**
 * The folder in which a fetched data set is kept: `$FDR_DATA` if set, else `fdr` in the user's cache folder, which is
 * `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`.
 *
 * @param home the user's home folder
 */
export function defaultCache(environment: Environment, platform: NodeJS.Platform, home: string): string {
  const own = environment['FDR_DATA'];
  if (own !== undefined && own !== '') return own;
  if (platform === 'win32')
    return win32.join(environment['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'fdr');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches', 'fdr');
  const cache = environment['XDG_CACHE_HOME'];
  // A relative one is to be taken as none (XDG Base Directory Specification).
  return posix.join(cache !== undefined && isAbsolute(cache) ? cache : posix.join(home, '.cache'), 'fdr');
}
