import { spawn } from 'node:child_process';
import type { Command } from './ways.js';

/**
 * Runs a command, its words shown as they come.
 *
 * @returns why it failed, in one line; undefined where it did not
 */
export function carryOut(
  { words: [program, ...rest], environment, limit, silence }: Command,
  show: (text: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // A group of its own, because a client like apt-get leaves the work to children.
    const detached = process.platform !== 'win32';
    const child = spawn(program, rest, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    let givenUp: string | undefined;
    const giveUp = (reason: string) => () => {
      givenUp = reason;
      if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    };
    const untilLimit = setTimeout(giveUp(`not done after ${limit} s`), 1000 * limit);
    const untilSilence = setTimeout(giveUp(`no word for ${silence} s`), 1000 * silence);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        untilSilence.refresh();
        show(text);
      });
    }
    const settle = (reason: string | undefined) => {
      clearTimeout(untilLimit);
      clearTimeout(untilSilence);
      resolve(givenUp ?? reason);
    };
    child.once('error', (error) => settle(error.message));
    child.once('close', (code, signal) => settle(code === 0 ? undefined : `it ended with ${code ?? signal}`));
  });
}
