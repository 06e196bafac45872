import { describe, expect, it } from 'vitest';
import { defaultCache, defaultFolders } from '../src/data-folders.js';

describe('defaultCache', () => {
  it.each<[Record<string, string>, NodeJS.Platform, string]>([
    [{}, 'linux', '/home/ada/.cache/fdr'],
    [{ XDG_CACHE_HOME: '/scratch' }, 'linux', '/scratch/fdr'],
    [{ XDG_CACHE_HOME: 'scratch' }, 'linux', '/home/ada/.cache/fdr'],
    [{ XDG_CACHE_HOME: '' }, 'linux', '/home/ada/.cache/fdr'],
    [{ XDG_CACHE_HOME: '/scratch' }, 'darwin', '/home/ada/Library/Caches/fdr'],
    [{ LOCALAPPDATA: 'D:\\Local' }, 'win32', 'D:\\Local\\fdr'],
    [{}, 'win32', '\\home\\ada\\AppData\\Local\\fdr'],
    [{ FDR_DATA: '/data', XDG_CACHE_HOME: '/scratch' }, 'linux', '/data'],
    [{ FDR_DATA: '', XDG_CACHE_HOME: '/scratch' }, 'linux', '/scratch/fdr'],
  ])('with %j on %s is %s', (environment, platform, folder) => {
    expect(defaultCache(environment, platform, '/home/ada')).toBe(folder);
  });
});

describe('defaultFolders', () => {
  it('has $FDR_DATA first, where it is set', () => {
    expect(defaultFolders({ FDR_DATA: '/data' })).toEqual(['/data', '/usr/share/datasets']);
    expect(defaultFolders({ FDR_DATA: '' })).toEqual(['/usr/share/datasets']);
    expect(defaultFolders({})).toEqual(['/usr/share/datasets']);
  });
});
