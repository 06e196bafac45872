import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { candidates } from '../src/browser/candidates.js';
import { carryOut } from '../src/browser/carry-out.js';
import { findBrowser } from '../src/browser/find.js';
import { NoBrowserError, obtainBrowser } from '../src/browser/obtain.js';
import { whyNotStarting } from '../src/browser/start.js';
import { waysToInstall, type Command, type Way } from '../src/browser/ways.js';
import { expect, test } from './world.js';

/** The browser that all these tests run in: found by the code under test, and proof that it starts. */
const real = process.env['CHROMIUM_PATH'] ?? '';

/** A program that is no browser. */
async function impostor(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\necho "install me as a snap first" >&2\nexit 1\n');
  await chmod(path, 0o755);
  return path;
}

const search = (environment: Record<string, string>, ownBrowser = '/nowhere/at/all') => ({
  platform: 'linux' as const,
  environment,
  ownBrowser,
  whyNotStarting,
});

test('candidates are plain names on the path first, then the usual places of the system', () => {
  const linux = candidates({ platform: 'linux', environment: { PATH: '/a::/b' } });
  expect(linux.slice(0, 4)).toEqual(['/a/chromium', '/b/chromium', '/a/chromium-browser', '/b/chromium-browser']);
  expect(linux).toContain('/snap/bin/chromium');
  const mac = candidates({ platform: 'darwin', environment: { HOME: '/Users/me' } });
  expect(mac).toContain('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  expect(mac).toContain('/Users/me/Applications/Chromium.app/Contents/MacOS/Chromium');
  const windows = candidates({ platform: 'win32', environment: { Path: 'C:\\x;D:\\y', ProgramFiles: 'C:\\Programs' } });
  expect(windows.slice(0, 2)).toEqual(['C:\\x\\chromium.exe', 'D:\\y\\chromium.exe']);
  expect(windows).toContain('C:\\Programs\\Google\\Chrome\\Application\\chrome.exe');
  expect(windows).toContain('C:\\Programs\\Microsoft\\Edge\\Application\\msedge.exe');
});

test('a browser that starts is taken; what does not start is passed over', async ({ folder }) => {
  const path = await impostor(join(folder, 'bin'), 'chromium');
  expect(await findBrowser(search({ PATH: join(folder, 'bin') }, real))).toEqual({ found: true, path: real });
  expect(await findBrowser(search({ CHROMIUM_PATH: real, PATH: '' }, path))).toEqual({ found: true, path: real });
  const nothing = await findBrowser({ ...search({ PATH: join(folder, 'bin') }), platform: 'win32' });
  expect(nothing).toEqual({ found: false, rejected: [] });
  const reason = await whyNotStarting(path);
  expect(reason).toContain('snap');
  expect(reason).not.toContain('\n');
});

test('a CHROMIUM_PATH that leads to no browser is refused, whatever else is there', async ({ folder }) => {
  for (const path of [await impostor(folder, 'chromium'), join(folder, 'nothing'), folder]) {
    const refusal = findBrowser(search({ CHROMIUM_PATH: path }, real));
    await expect(refusal).rejects.toThrow(`CHROMIUM_PATH must be the path of a Chromium or Chrome, not ${path}`);
  }
});

test('ways to install: the download everywhere, the package where apt-get may be used', () => {
  const names = (platform: NodeJS.Platform, isRoot: boolean, ...programs: string[]) =>
    waysToInstall({ platform, isRoot, has: (program) => programs.includes(program) }).map(({ name }) => name);
  const [download, debian] = ['the download of Playwright', "Debian's package chromium"];
  expect(names('linux', true, 'apt-get')).toEqual([download, debian]);
  expect(names('linux', false, 'apt-get', 'sudo')).toEqual([download, debian]);
  expect(names('linux', false, 'apt-get')).toEqual([download]);
  expect(names('linux', true)).toEqual([download]);
  expect(names('darwin', false, 'sudo')).toEqual([download]);
  const [, asUser] = waysToInstall({ platform: 'linux', isRoot: false, has: () => true });
  for (const { words } of asUser?.commands ?? []) expect(words.slice(0, 3)).toEqual(['sudo', '-n', 'apt-get']);
});

const command = (...words: [string, ...string[]]): Command => ({ words, limit: 60, silence: 60 });
const way = (name: string, ...commands: Command[]): Way => ({ name, commands });

test('the ways are tried in order until one leads to a browser', async () => {
  const carried: string[] = [];
  const told: string[] = [];
  const path = await obtainBrowser({
    find: () => Promise.resolve(carried.includes('b2') ? { found: true, path: '/b' } : { found: false, rejected: [] }),
    ways: [way('A', command('a1'), command('a2')), way('B', command('b1'), command('b2')), way('C', command('c1'))],
    carryOut: ({ words: [program] }) => {
      carried.push(program);
      return Promise.resolve(program === 'a1' ? 'it ended with 100' : undefined);
    },
    tell: (line) => told.push(line),
  });
  expect(path).toBe('/b');
  // After a failure the rest of a way is left; after a success the rest of the ways.
  expect(carried).toEqual(['a1', 'b1', 'b2']);
  expect(told).toContain('A did not work: it ended with 100');
});

test('where nothing helps, one line says what was tried and what to do', async () => {
  const failing = obtainBrowser({
    find: () => Promise.resolve({ found: false, rejected: [{ path: '/x/chrome', reason: 'libnss3 is missing' }] }),
    ways: [way('A', command('a1'))],
    carryOut: () => Promise.resolve('no such host'),
    tell: () => undefined,
  });
  const error = await failing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NoBrowserError);
  const { message } = error as Error;
  for (const part of ['/x/chrome: libnss3 is missing', 'A: no such host', 'CHROMIUM_PATH='])
    expect(message).toContain(part);
  expect(message).not.toContain('\n');
});

test('commands are carried out, and given up where they say nothing or take too long', async () => {
  const shown: string[] = [];
  const node = (script: string, limits: Partial<Command> = {}) =>
    carryOut({ ...command(process.execPath, '-e', script), ...limits }, (text) => shown.push(text));
  expect(await node('console.log("downloading " + process.env.WHAT)', { environment: { WHAT: 'it' } })).toBeUndefined();
  expect(shown.join('')).toContain('downloading it');
  expect(await node('process.exit(3)')).toBe('it ended with 3');
  expect(await carryOut(command('no-such-program'), () => undefined)).toContain('ENOENT');
  expect(await node('setInterval(() => undefined, 1000)', { silence: 0.3 })).toBe('no word for 0.3 s');
  expect(await node('setInterval(() => console.log("."), 10)', { limit: 0.5 })).toBe('not done after 0.5 s');
});
