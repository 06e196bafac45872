import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { startFdr, startFdrOnTerminal, type Ended, type Started } from '../src/command-line.js';

type Environment = Readonly<Record<string, string>>;

interface World {
  /** An empty folder, gone after the test. */
  readonly folder: string;
  /** Starts `fdr` in that folder; whatever still runs after the test is killed. */
  readonly start: (words: string, environment?: Environment) => Started;
  /** The same on a terminal. */
  readonly startOnTerminal: (words: string, environment?: Environment) => ReturnType<typeof startFdrOnTerminal>;
  /** Starts `fdr` and waits for its end. */
  readonly run: (words: string, environment?: Environment) => Promise<Ended>;
  /**
   * What the page complained of: errors on its console, violations of its security policy, uncaught exceptions. Every test that opens the
   * page ends with a look at it; one that expects complaints takes them out.
   */
  readonly complaints: string[];
}

/** Playwright's test with a folder, a command line and an ear for the page's complaints. */
export const test = base.extend<World>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'fdr-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  start: async ({ folder }, use) => {
    const started: Started[] = [];
    await use((words, environment = {}) => {
      const process = startFdr(words.split(' '), { folder, environment });
      started.push(process);
      return process;
    });
    for (const process of started) process.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
  },
  startOnTerminal: async ({ folder }, use) => {
    const started: Started[] = [];
    await use((words, environment = {}) => {
      const process = startFdrOnTerminal(words.split(' '), { folder, environment });
      started.push(process);
      return process;
    });
    // `script` takes its child down with it, if it is asked politely.
    for (const process of started) process.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
  },
  run: async ({ start }, use) => {
    await use((words, environment) => start(words, environment).ended);
  },
  // eslint-disable-next-line no-empty-pattern -- the same
  complaints: async ({}, use) => {
    await use([]);
  },
  page: async ({ page, complaints }, use) => {
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content Security Policy/i.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };

/** A training that goes on until it is ended, on the small data set. */
export const ENDLESS = 'train --dataset synthetic --epochs 100000 --threads 1 --port 0';
/** Settings under which the ratio comes to one, and the learning rate falls, within a few epochs of the small data set. */
export const EARLY_DROPS = '--learning-rate 0.3 --weight-decay 0.1 --threshold 0.5';
/** Where a process says its page is. */
export const ADDRESS = /dashboard: (http:\S+)/;

/** The address of the page that a process serves. */
export async function pageOf(process: Started): Promise<string> {
  const [, address = ''] = await process.says(ADDRESS);
  return address;
}
