import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ExperimentError } from '../../experiment-error.js';

const execute = promisify(execFile);

/** Milliseconds that an answer is waited for: a controller under load may take a minute. */
const PATIENCE = 60_000;
/** Bytes of an answer. */
const LONGEST_ANSWER = 64 * 2 ** 20;

/** Runs a command of Slurm, and returns what it prints. */
export type RunSlurm = (command: string, args: readonly string[]) => Promise<string>;

/**
 * Runs a command of Slurm.
 *
 * @throws ExperimentError with its last line of error output, or if it is not installed or does not answer
 */
export async function runSlurm(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], { timeout: PATIENCE, maxBuffer: LONGEST_ANSWER });
    return stdout;
  } catch (error) {
    throw new ExperimentError(`${command}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT')
    return 'expected Slurm on this machine, found no such command; run this on a node from which jobs are submitted';
  if ('killed' in error && error.killed === true) return `no answer in ${PATIENCE / 1000} s`;
  const printed = 'stderr' in error ? String(error.stderr).trim() : '';
  return printed.split('\n').at(-1) || error.message;
}
