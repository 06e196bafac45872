import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Command {
  readonly words: readonly [program: string, ...rest: string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds after which it is given up. */
  readonly limit: number;
  /** Seconds without a word after which it is given up: a host that swallows requests must not hold up the tests. */
  readonly silence: number;
}

/** A way to get a browser onto this machine: commands, each after the success of the one before. */
export interface Way {
  readonly name: string;
  readonly commands: readonly Command[];
}

export interface Powers {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Whether a program is on the search path. */
  readonly has: (program: string) => boolean;
}

/** The ways that make sense here, the least invasive first: Playwright's download goes into the user's cache, Debian's package into the system. */
export function waysToInstall({ platform, isRoot, has }: Powers): Way[] {
  const playwright = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
  const ways: Way[] = [
    {
      name: 'the download of Playwright',
      commands: [{ words: [process.execPath, playwright, 'install', 'chromium'], limit: 300, silence: 60 }],
    },
  ];
  const mayInstall = isRoot || has('sudo');
  if (platform === 'linux' && has('apt-get') && mayInstall) {
    const apt = (...rest: string[]): Command => {
      const words = ['apt-get', '-q', ...rest];
      return {
        words: (isRoot ? words : ['sudo', '-n', ...words]) as [string, ...string[]],
        environment: { DEBIAN_FRONTEND: 'noninteractive' },
        limit: 420,
        silence: 120,
      };
    };
    const commands = [apt('update'), apt('install', '-y', '--no-install-recommends', 'chromium')];
    ways.push({ name: "Debian's package chromium", commands });
  }
  return ways;
}
