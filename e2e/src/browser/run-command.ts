import { spawn } from 'node:child_process';
import type { InstallCommand } from './install-methods.js';

/**
 * Runs a command and forwards its output as it comes.
 *
 * @param onOutput called with every chunk of both streams
 * @returns why the command failed, in one line; undefined if it succeeded
 */
export function runCommand(
  { argv: [program, ...args], environment, timeout, idleTimeout }: InstallCommand,
  onOutput: (text: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The command gets a process group of its own, because a client like apt-get leaves the work to children.
    const detached = process.platform !== 'win32';
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    let killReason: string | undefined;
    const killAfter = (seconds: number, reason: string) =>
      setTimeout(() => {
        killReason = reason;
        if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      }, 1000 * seconds);
    const timer = killAfter(timeout, `not done after ${timeout} s`);
    const idleTimer = killAfter(idleTimeout, `no output for ${idleTimeout} s`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        idleTimer.refresh();
        onOutput(text);
      });
    }
    const settle = (reason: string | undefined) => {
      clearTimeout(timer);
      clearTimeout(idleTimer);
      resolve(killReason ?? reason);
    };
    child.once('error', (error) => settle(error.message));
    child.once('close', (code, signal) => settle(code === 0 ? undefined : `it ended with ${code ?? signal}`));
  });
}
