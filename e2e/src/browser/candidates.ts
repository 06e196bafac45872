import { posix, win32 } from 'node:path';

/** What decides where a browser may be installed. */
export interface BrowserHost {
  readonly platform: NodeJS.Platform;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Names of Chromium and its relatives on a search path, the plainest first. */
const PROGRAM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'msedge',
] as const;
const LINUX_PATHS = ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/snap/bin/chromium'] as const;
const MAC_NAMES = ['Chromium', 'Google Chrome', 'Microsoft Edge'] as const;
const WINDOWS_PATHS = [
  ['Chromium', 'Application', 'chrome.exe'],
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
] as const;

/** Paths where a Chromium may be installed on such a machine, the likeliest first. Nothing is checked: the files need not exist. */
export function candidates({ platform, environment }: BrowserHost): string[] {
  return [...new Set([...searchPathCandidates(platform, environment), ...standardPaths(platform, environment)])];
}

function searchPathCandidates(platform: NodeJS.Platform, environment: BrowserHost['environment']): string[] {
  const { delimiter, join } = platform === 'win32' ? win32 : posix;
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const extension = platform === 'win32' ? '.exe' : '';
  return PROGRAM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name + extension)));
}

function standardPaths(platform: NodeJS.Platform, environment: BrowserHost['environment']): string[] {
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => environment[name] ?? []);
    return WINDOWS_PATHS.flatMap((segments) => roots.map((root) => win32.join(root, ...segments)));
  }
  if (platform === 'darwin') {
    const roots = ['/Applications'];
    const home = environment['HOME'];
    if (home) roots.push(posix.join(home, 'Applications'));
    return MAC_NAMES.flatMap((name) => roots.map((root) => posix.join(root, `${name}.app/Contents/MacOS/${name}`)));
  }
  return [...LINUX_PATHS];
}
