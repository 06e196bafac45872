import type { RunSlurm } from './commands.js';

/** How a task of an array stands, as far as Slurm tells. What it does not tell, or tells oddly, is unknown: never failed. */
export type TaskState = 'active' | 'completed' | { readonly failed: string } | 'unknown';

/** What Slurm calls a job that waits, runs, or will run again. */
const ACTIVE: ReadonlySet<string> = new Set(
  (
    'PENDING RUNNING SUSPENDED COMPLETING CONFIGURING REQUEUED REQUEUE_FED REQUEUE_HOLD RESIZING SIGNALING STAGE_OUT STOPPED PREEMPTED ' +
    'RESV_DEL_HOLD SPECIAL_EXIT'
  ).split(' '),
);
/** What Slurm calls a job that has ended without success. */
const FAILED: ReadonlySet<string> = new Set(
  'BOOT_FAIL CANCELLED DEADLINE FAILED LAUNCH_FAILED NODE_FAIL OUT_OF_MEMORY REVOKED TIMEOUT'.split(' '),
);

/** A line of `squeue -r -o "%i|%T"` or `sacct -P -o JobID,State`: `17_4|RUNNING`; accounting adds ` by 1000` to CANCELLED. */
const LINE = /^(\d+(?:_\d+)?)\|([A-Z_]+)\b/;

/** The state that a word of Slurm stands for. */
function stateOf(word: string): TaskState {
  if (word === 'COMPLETED') return 'completed';
  if (ACTIVE.has(word)) return 'active';
  return FAILED.has(word) ? { failed: word } : 'unknown';
}

/** The states by task, `17_4`, that a listing names; lines of any other form are passed over. */
export function parseStates(text: string): ReadonlyMap<string, TaskState> {
  const states = new Map<string, TaskState>();
  for (const line of text.split('\n')) {
    const [, task, word] = LINE.exec(line.trim()) ?? [];
    if (task !== undefined && word !== undefined) states.set(task, stateOf(word));
  }
  return states;
}

/** What Slurm has told. */
export interface StatesAnswer {
  /** By task; a task that is not in it is unknown. */
  readonly states: ReadonlyMap<string, TaskState>;
  /** Whether the queue has answered at all. */
  readonly answered: boolean;
}

/**
 * Asks Slurm for the states of all tasks of some arrays: first the queue, which knows those of the last minutes too, then the accounting, if there
 * is one. A command that fails, says nothing or is slow leaves its tasks unknown.
 *
 * @param arrays ids of the arrays
 */
export async function askStates(run: RunSlurm, arrays: readonly string[]): Promise<StatesAnswer> {
  const list = arrays.join(',');
  const queue = ['--noheader', '--array', '--states=all', `--jobs=${list}`, '--format=%i|%T'];
  const accounting = [
    '--noheader',
    '--parsable2',
    '--allocations',
    '--array',
    `--jobs=${list}`,
    '--format=JobID,State',
  ];
  const [queued, accounted] = await Promise.all([
    // One array alone that the queue has forgotten is an error to it.
    run('squeue', queue).catch((error: unknown) => (/invalid job id/i.test(String(error)) ? '' : undefined)),
    run('sacct', accounting).catch(() => ''),
  ]);
  return {
    states: new Map([...parseStates(accounted), ...parseStates(queued ?? '')]),
    answered: queued !== undefined,
  };
}
