import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints, listRuns, readCheckpoint, readCommands, type RunReader } from '@fdr/run-store';
import type { Attempt } from './attempt.js';
import { statedStatus } from './reference.js';
import { COURSE_CHANGING } from './send-commands.js';

/** What can be wrong: a run can't be read, has lost something, is another one in the end, or the program does what it should not. */
export const PROBLEMS = ['unreadable', 'lost', 'different', 'misbehaved'] as const;
/** See {@link PROBLEMS}. */
export interface Problem {
  readonly kind: (typeof PROBLEMS)[number];
  readonly text: string;
}

/** What is on the disk after a process has ended, however it did. */
export interface Inspection {
  readonly problems: readonly Problem[];
  /** Whole rows of `steps.f32`. */
  readonly rows: Buffer;
  /** Steps that the process had reported and that waited for the disk. */
  readonly lostSteps: number;
}

const ENDS: readonly string[] = ['finished', 'stopped', 'diverged'];

/** Reads what is there as `fdr runs` does. */
export async function inspect(runsDirectory: string, attempt: Attempt): Promise<Inspection> {
  const problems: Problem[] = attempt.hung ? [{ kind: 'misbehaved', text: 'it hangs' }] : [];
  const { runs, damaged } = await listRuns(runsDirectory);
  for (const { id, error } of damaged) {
    // A folder gets its run.json last: one without is no run yet.
    if (existsSync(join(runsDirectory, id, 'run.json'))) problems.push({ kind: 'unreadable', text: error });
  }
  const [reader] = runs;
  if (reader === undefined) return { problems, rows: Buffer.alloc(0), lostSteps: 0 };
  try {
    const lostSteps = Math.max(0, reportedSteps(attempt) - reader.stepCount());
    problems.push(...(await damage(reader)), ...(await lostCommands(reader.folder, attempt)));
    problems.push(...(await lostRecords(reader)), ...(await lead(reader)));
    return { problems, rows: await reader.stepRows(), lostSteps };
  } catch (error) {
    const text = `run ${reader.id}: ${String(error)}`;
    return { problems: [...problems, { kind: 'unreadable', text }], rows: Buffer.alloc(0), lostSteps: 0 };
  }
}

/** The step of the last epoch that was printed. */
function reportedSteps({ stdout }: Attempt): number {
  const steps = [...stdout.matchAll(/"epoch":\{"epoch":\d+,"step":(\d+),/g)];
  return Number(steps.at(-1)?.[1] ?? 0);
}

/** Lines that are no records. The last one of a file may be torn. */
async function damage(reader: RunReader): Promise<Problem[]> {
  await Promise.all([reader.epochs(), reader.events()]);
  return [reader.epochLines, reader.eventLines]
    .flatMap(({ skippedLines }) => skippedLines)
    .map(({ line, reason }) => ({ kind: 'unreadable', text: `line ${line}: ${reason}` }));
}

/** Commands that were acknowledged, and are not on the disk. */
async function lostCommands(folder: string, { acknowledged }: Attempt): Promise<Problem[]> {
  const recorded = new Set((await readCommands(folder)).map(({ command }) => command.commandId));
  return acknowledged
    .filter((id) => COURSE_CHANGING.includes(id) && !recorded.has(id))
    .map((id) => ({ kind: 'lost', text: `the acknowledged command ${id} is not on the disk` }));
}

/** Records that a checkpoint counts, and that are not on the disk. What came after it is trained again. */
async function lostRecords(reader: RunReader): Promise<Problem[]> {
  const last = (await listCheckpoints(reader.folder)).at(-1);
  if (last === undefined) return [];
  const { records } = await readCheckpoint(last.path, reader.run.parameters);
  const { steps, epochs, events } = reader.position();
  if (steps >= last.step && epochs >= (records?.epochs ?? 0) && events >= (records?.events ?? 0)) return [];
  return [{ kind: 'lost', text: `${steps} steps are on the disk, and a checkpoint of step ${last.step}` }];
}

/** A status that says more than there is. */
async function lead(reader: RunReader): Promise<Problem[]> {
  const status = statedStatus(reader.folder);
  if (!ENDS.includes(status)) return [];
  const step = reader.stepCount();
  const last = (await listCheckpoints(reader.folder)).at(-1);
  if (last?.step !== step)
    return [{ kind: 'misbehaved', text: `${status} at step ${step}, with the last checkpoint of step ${last?.step}` }];
  await readCheckpoint(last.path, reader.run.parameters);
  return [];
}
