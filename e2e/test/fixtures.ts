import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import {
  startFdr,
  startFdrOnTerminal,
  type FdrProcess,
  type ProcessOptions,
  type ProcessResult,
  type TerminalProcess,
} from '../src/fdr-process.js';

type Environment = Readonly<Record<string, string>>;
type Start<Process> = (args: string, environment?: Environment) => Process;

interface Fixtures {
  /** An empty folder, deleted after the test. */
  readonly folder: string;
  /** Starts `fdr` in that folder with arguments separated by spaces. Processes that still run after the test are killed. */
  readonly start: Start<FdrProcess>;
  /** The same on a terminal. */
  readonly startOnTerminal: Start<TerminalProcess>;
  /** Starts `fdr` and waits for its end. */
  readonly run: Start<Promise<ProcessResult>>;
  /**
   * Errors on the page's console, violations of its security policy and uncaught exceptions. A test that opens the page fails if any is
   * left at its end; one that expects errors removes them. What a browser reports of a server that it can't reach is none: tests end servers
   * while pages ask them.
   */
  readonly pageErrors: string[];
}

const UNREACHABLE =
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INTERNET_DISCONNECTED|EMPTY_RESPONSE)|WebSocket connection/;

/** Playwright's test with a folder, a command line and a record of the page's errors. */
export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'fdr-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  start: starter(startFdr, 'SIGKILL'),
  // `script` ends its child with itself on SIGTERM, but not on SIGKILL.
  startOnTerminal: starter(startFdrOnTerminal, 'SIGTERM'),
  run: async ({ start }, use) => {
    await use((args, environment) => start(args, environment).exited);
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
  pageErrors: async ({}, use) => {
    await use([]);
  },
  page: async ({ page, pageErrors }, use) => {
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content Security Policy/i.test(message.text()))
        pageErrors.push(message.text());
    });
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await use(page);
    removeExpectedErrors(pageErrors, UNREACHABLE);
    expect(pageErrors).toEqual([]);
  },
});

/** A fixture that starts processes in the test's folder and ends them with a signal after the test. */
function starter<Process extends FdrProcess>(
  launch: (args: readonly string[], options: ProcessOptions) => Process,
  signal: NodeJS.Signals,
) {
  return async ({ folder }: { folder: string }, use: (start: Start<Process>) => Promise<void>) => {
    const started: Process[] = [];
    await use((args, env) => {
      const process = launch(
        args.split(' ').filter((arg) => arg !== ''),
        { cwd: folder, env },
      );
      started.push(process);
      return process;
    });
    for (const process of started) process.kill(signal);
    await Promise.all(started.map(({ exited }) => exited));
  };
}

export { expect };

/** Arguments of a training of two epochs on the small data set. */
export const SHORT_TRAINING = 'train --dataset synthetic --epochs 2 --threads 1 --no-dashboard';
/** Arguments of a training on the small data set that does not end by itself. */
export const ENDLESS_TRAINING = 'train --dataset synthetic --epochs 100000 --threads 1 --port 0';
/** Settings with which the ratio reaches 1, and the learning rate falls, within a few epochs of the small data set. */
export const EARLY_DECAY = '--learning-rate 0.3 --weight-decay 0.1 --threshold 0.5';

/** Waits until a process has printed the URL of its page, and returns that URL. */
export async function dashboardUrl(process: FdrProcess): Promise<string> {
  const [, url = ''] = await process.waitForOutput(/dashboard: (http:\S+)/);
  return url;
}

/** Takes out the errors that match a pattern: those that the test provokes. Others stay and fail the test. */
export function removeExpectedErrors(pageErrors: string[], expected: RegExp): void {
  const others = pageErrors.filter((text) => !expected.test(text));
  pageErrors.splice(0, pageErrors.length, ...others);
}
