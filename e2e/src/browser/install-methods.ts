import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A program to run, and how long it may take. */
export interface InstallCommand {
  readonly argv: readonly [program: string, ...args: string[]];
  /** Variables added to the environment of the caller. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Seconds after which the command is killed. */
  readonly timeout: number;
  /** Seconds without output after which the command is killed: a host that swallows requests must not hold up the tests. */
  readonly idleTimeout: number;
}

/** A method to install a browser: commands, each run only if the one before it succeeded. */
export interface InstallMethod {
  readonly name: string;
  readonly commands: readonly InstallCommand[];
}

/** What decides which methods can work. */
interface InstallHost {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Whether a program is on the search path. */
  readonly hasProgram: (program: string) => boolean;
}

/**
 * Methods that can work on this host, the least invasive first: Playwright's download goes into the user's cache, Debian's package
 * into the system.
 */
export function installMethods({ platform, isRoot, hasProgram }: InstallHost): InstallMethod[] {
  const methods = [playwrightDownload()];
  const mayInstallPackages = isRoot || hasProgram('sudo');
  if (platform === 'linux' && hasProgram('apt-get') && mayInstallPackages) methods.push(debianPackage(isRoot));
  return methods;
}

function playwrightDownload(): InstallMethod {
  const playwright = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
  const argv = [process.execPath, playwright, 'install', 'chromium'] as const;
  return { name: 'the download of Playwright', commands: [{ argv, timeout: 600, idleTimeout: 120 }] };
}

function debianPackage(isRoot: boolean): InstallMethod {
  const aptGet = (...args: string[]): InstallCommand => ({
    argv: isRoot ? ['apt-get', '-q', ...args] : ['sudo', '-n', 'apt-get', '-q', ...args],
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600,
    idleTimeout: 120,
  });
  const commands = [aptGet('update'), aptGet('install', '-y', '--no-install-recommends', 'chromium')];
  return { name: "Debian's package chromium", commands };
}
