import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startFdr, type FdrProcess, type ProcessResult } from '../fdr-process.js';
import { faultEnvironment, type Fault, type Operation } from './disk-faults.js';
import { sendCommands } from './send-commands.js';

/** Nothing here takes longer, on the slowest machine: what does, hangs. */
const LONGEST = 240_000;

/** A run of the program, and what it did to the disk. */
export interface Attempt extends ProcessResult {
  readonly hung: boolean;
  /** Ids of the commands that were acknowledged. */
  readonly acknowledged: readonly string[];
  readonly operations: readonly Operation[];
  /** From its first operation to its end. */
  readonly seconds: number;
}

/** What happens to an attempt. */
export interface AttemptOptions {
  readonly fault?: Fault | undefined;
  readonly isSteered?: boolean;
  readonly during?: ((process: FdrProcess) => void) | undefined;
}

/** Starts the program on a directory of runs, and waits for its end. */
export async function makeAttempt(
  args: readonly string[],
  runsDirectory: string,
  options: AttemptOptions = {},
): Promise<Attempt> {
  const { fault, isSteered = false, during } = options;
  const log = join(runsDirectory, '..', 'operations');
  rmSync(log, { force: true });
  const process = startFdr([...args, '--json', '--runs-dir', runsDirectory], {
    cwd: join(runsDirectory, '..'),
    env: faultEnvironment({ folder: runsDirectory, log, fault }),
  });
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    process.kill('SIGKILL');
  }, LONGEST);
  during?.(process);
  // What is refused for good is given up by hand: the program itself tries for five minutes.
  if (fault !== undefined && fault.times === undefined)
    void process.waitForOutput(/tried again for five minutes/).then(
      () => process.kill('SIGINT'),
      () => undefined,
    );
  const acknowledged = isSteered ? await sendCommands(process) : [];
  const result = await process.exited;
  clearTimeout(limit);
  const operations = readOperations(log);
  const seconds = (Date.now() - (operations[0]?.time ?? Date.now())) / 1000;
  return { ...result, hung, acknowledged, operations, seconds };
}

function readOperations(log: string): Operation[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Operation);
}
