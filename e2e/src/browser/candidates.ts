import { posix, win32 } from 'node:path';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What Chromium and its kin are called on a search path, the plainest first. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'msedge',
] as const;
const LINUX_PLACES = ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/snap/bin/chromium'] as const;
const MAC_NAMES = ['Chromium', 'Google Chrome', 'Microsoft Edge'] as const;
const WINDOWS_PLACES = [
  ['Chromium', 'Application', 'chrome.exe'],
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
] as const;

/** Where a browser of Chromium's kin may stand on a machine of this kind, the likeliest first, whether anything is there or not. */
export function candidates({ platform, environment }: Machine): string[] {
  return [...new Set([...onSearchPath(platform, environment), ...inUsualPlaces(platform, environment)])];
}

function onSearchPath(platform: NodeJS.Platform, environment: Machine['environment']): string[] {
  const { delimiter, join } = platform === 'win32' ? win32 : posix;
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const extension = platform === 'win32' ? '.exe' : '';
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name + extension)));
}

function inUsualPlaces(platform: NodeJS.Platform, environment: Machine['environment']): string[] {
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => environment[name] ?? []);
    return WINDOWS_PLACES.flatMap((place) => roots.map((root) => win32.join(root, ...place)));
  }
  if (platform === 'darwin') {
    const roots = ['/Applications', ...(environment['HOME'] ? [posix.join(environment['HOME'], 'Applications')] : [])];
    return MAC_NAMES.flatMap((name) => roots.map((root) => posix.join(root, `${name}.app/Contents/MacOS/${name}`)));
  }
  return [...LINUX_PLACES];
}
