import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { candidates } from '../src/browser/candidates.js';
import { findBrowser, type BrowserSearch } from '../src/browser/find-browser.js';
import { findOrInstallBrowser, NoBrowserError } from '../src/browser/install-browser.js';
import { installMethods, type InstallCommand, type InstallMethod } from '../src/browser/install-methods.js';
import { probeBrowser } from '../src/browser/probe-browser.js';
import { runCommand } from '../src/browser/run-command.js';
import { expect, test } from './fixtures.js';

/** The browser that all tests run in. The code under test has found it, and it starts. */
const browserPath = process.env['CHROMIUM_PATH'] ?? '';

async function writeScript(folder: string, name: string, lines: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A program that is no browser. */
const writeImpostor = (folder: string, name: string): Promise<string> =>
  writeScript(folder, name, 'echo "install me as a snap first" >&2\nexit 1');

const search = (environment: Record<string, string>, playwrightBrowser = '/nowhere/at/all'): BrowserSearch => ({
  platform: 'linux',
  environment,
  playwrightBrowser,
  probe: probeBrowser,
});

test('browser candidates are the names on the search path, then the standard paths of the system', () => {
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

test('findBrowser takes CHROMIUM_PATH first, then the browser of Playwright', async ({ folder }) => {
  const impostor = await writeImpostor(join(folder, 'bin'), 'chromium');
  const own = search({ PATH: join(folder, 'bin') }, browserPath);
  expect(await findBrowser(own)).toEqual({ found: true, path: browserPath });
  const chosen = search({ CHROMIUM_PATH: browserPath, PATH: '' }, impostor);
  expect(await findBrowser(chosen)).toEqual({ found: true, path: browserPath });
});

test('findBrowser passes over programs that do not start as a browser, and reports them', async ({ folder }) => {
  const impostor = await writeImpostor(join(folder, 'first'), 'chromium');
  const wrapper = await writeScript(join(folder, 'second'), 'chromium', `exec '${browserPath}' "$@"`);
  const both = search({ PATH: `${join(folder, 'first')}:${join(folder, 'second')}` });
  expect(await findBrowser(both)).toEqual({ found: true, path: wrapper });
  // No candidate of another system exists here.
  const none = await findBrowser({ ...search({ PATH: '' }, impostor), platform: 'win32' });
  expect(none).toEqual({ found: false, rejected: [{ path: impostor, reason: expect.stringContaining('snap') }] });
});

test('probeBrowser tells in one line why a program does not start', async ({ folder }) => {
  expect(await probeBrowser(browserPath)).toBeUndefined();
  const reason = await probeBrowser(await writeImpostor(folder, 'chromium'));
  expect(reason).toContain('snap');
  expect(reason).not.toContain('\n');
});

test('findBrowser refuses a CHROMIUM_PATH that is no browser, even if another browser starts', async ({ folder }) => {
  for (const path of [await writeImpostor(folder, 'chromium'), join(folder, 'nothing'), folder]) {
    const refusal = findBrowser(search({ CHROMIUM_PATH: path }, browserPath));
    await expect(refusal).rejects.toThrow(`CHROMIUM_PATH must be the path of a Chromium or Chrome, not ${path}`);
  }
});

test('installMethods offers the download everywhere, and the package where apt-get may be used', () => {
  const names = (platform: NodeJS.Platform, isRoot: boolean, ...programs: string[]) =>
    installMethods({ platform, isRoot, hasProgram: (program) => programs.includes(program) }).map(({ name }) => name);
  const [download, debian] = ['the download of Playwright', "Debian's package chromium"];
  expect(names('linux', true, 'apt-get')).toEqual([download, debian]);
  expect(names('linux', false, 'apt-get', 'sudo')).toEqual([download, debian]);
  expect(names('linux', false, 'apt-get')).toEqual([download]);
  expect(names('linux', true)).toEqual([download]);
  expect(names('darwin', false, 'sudo')).toEqual([download]);
  const packageCommands = (isRoot: boolean) => {
    const [, method] = installMethods({ platform: 'linux', isRoot, hasProgram: () => true });
    return method?.commands.map(({ argv }) => argv.join(' '));
  };
  const asRoot = ['apt-get -q update', 'apt-get -q install -y --no-install-recommends chromium'];
  expect(packageCommands(true)).toEqual(asRoot);
  expect(packageCommands(false)).toEqual(asRoot.map((command) => `sudo -n ${command}`));
});

const command = (...argv: [string, ...string[]]): InstallCommand => ({ argv, timeout: 300, idleTimeout: 300 });
const method = (name: string, ...commands: InstallCommand[]): InstallMethod => ({ name, commands });

test('findOrInstallBrowser tries the methods in order until one leads to a browser', async () => {
  const programs: string[] = [];
  const lines: string[] = [];
  const path = await findOrInstallBrowser({
    find: () => Promise.resolve(programs.includes('b2') ? { found: true, path: '/b' } : { found: false, rejected: [] }),
    methods: [
      method('A', command('a1'), command('a2')),
      method('B', command('b1'), command('b2')),
      method('C', command('c1')),
    ],
    run: ({ argv: [program] }) => {
      programs.push(program);
      return Promise.resolve(program === 'a1' ? 'it ended with 100' : undefined);
    },
    log: (line) => lines.push(line),
  });
  expect(path).toBe('/b');
  // A failure skips the rest of its method. A browser that starts skips the rest of the methods.
  expect(programs).toEqual(['a1', 'b1', 'b2']);
  expect(lines).toContain('A did not work: it ended with 100');
});

test('findOrInstallBrowser tells in one line what it tried and what to do, if every method fails', async () => {
  const error = await findOrInstallBrowser({
    find: () => Promise.resolve({ found: false, rejected: [{ path: '/x/chrome', reason: 'libnss3 is missing' }] }),
    methods: [method('A', command('a1'))],
    run: () => Promise.resolve('no such host'),
    log: () => undefined,
  }).catch((thrown: unknown) => thrown);
  if (!(error instanceof NoBrowserError)) throw new Error(`a NoBrowserError was expected, not ${String(error)}`);
  for (const part of ['/x/chrome: libnss3 is missing', 'A: no such host', 'CHROMIUM_PATH='])
    expect(error.message).toContain(part);
  expect(error.message).not.toContain('\n');
});

const node = (script: string, limits: Partial<InstallCommand> = {}): InstallCommand => ({
  ...command(process.execPath, '-e', script),
  ...limits,
});
const ignore = (): void => undefined;

test('runCommand forwards output and tells why a command failed', async () => {
  const chunks: string[] = [];
  const greet = node('console.log("downloading " + process.env.WHAT)', { environment: { WHAT: 'it' } });
  expect(await runCommand(greet, (text) => chunks.push(text))).toBeUndefined();
  expect(chunks.join('')).toContain('downloading it');
  expect(await runCommand(node('process.exit(3)'), ignore)).toBe('it ended with 3');
  expect(await runCommand(command('no-such-program'), ignore)).toContain('ENOENT');
});

test('runCommand kills a command that prints nothing or takes too long', async () => {
  const silent = node('setInterval(() => undefined, 1000)', { idleTimeout: 0.3 });
  expect(await runCommand(silent, ignore)).toBe('no output for 0.3 s');
  const endless = node('setInterval(() => console.log("."), 10)', { timeout: 0.5 });
  expect(await runCommand(endless, ignore)).toBe('not done after 0.5 s');
});

test('runCommand kills the children of a command with it', async () => {
  test.skip(process.platform === 'win32', 'Windows has no process groups');
  // The child keeps the pipe open: if it lived on, this would last for ten minutes.
  const parent = { ...command('sh', '-c', 'sleep 600; true'), idleTimeout: 0.3 };
  expect(await runCommand(parent, ignore)).toBe('no output for 0.3 s');
});

test('runCommand lets a command run for longer than its idle timeout while it prints', async () => {
  // 25 lines, 250 ms apart: more than 6 s in all.
  const script = 'let n = 0; setInterval(() => { console.log(++n); if (n === 25) process.exit(0); }, 250)';
  expect(await runCommand(node(script, { idleTimeout: 5 }), ignore)).toBeUndefined();
});
