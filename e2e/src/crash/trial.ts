import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './disk-faults.js';
import { inspect, type Problem } from './inspection.js';
import { makeAttempt, type Attempt } from './attempt.js';
import { findRun, type Laboratory } from './laboratory.js';
import { differences, leftovers, statedStatus, type References } from './reference.js';
import type { Scenario } from './scenarios.js';

/** What came of a fault. */
export interface Verdict {
  readonly scenario: string;
  /** Undefined where it was killed at a random time. */
  readonly fault: Fault | undefined;
  /** The operation that met the fault, as `rename run.json`; undefined where the program ended before. */
  readonly operation: string | undefined;
  readonly exitCode: number | null;
  readonly lostSteps: number;
  readonly problems: readonly Problem[];
}

/** Where trials are made. */
export interface Bench {
  readonly laboratory: Laboratory;
  readonly references: References;
}

/** `/ID/.run.json.0123456789ab.partial` is called `.run.json.*.partial`. */
const nameOf = (path: string): string =>
  path.replace(/^\/[^/]+\/?/, '').replaceAll(/[0-9a-f]{12}/g, '*') || 'the folder';
const isKill = ({ kind }: Fault): boolean => kind === 'kill' || kind === 'tear';
const misbehaved = (text: string): Problem => ({ kind: 'misbehaved', text });

/** Lets one operation go wrong, looks at what is left, and goes on with it. */
export async function tryFault(bench: Bench, scenario: Scenario, fault: Fault): Promise<Verdict> {
  const runsDirectory = await bench.laboratory.prepare(scenario);
  const attempt = await bench.laboratory.begin(scenario, runsDirectory, fault);
  const met = attempt.operations.find(({ number }) => number === fault.at);
  const behaviour = isKill(fault) || met === undefined ? [] : refusalProblems(attempt, fault, scenario, runsDirectory);
  const { rows, ...found } = await inspect(runsDirectory, attempt);
  const afterwards = await goOn(bench, scenario, runsDirectory, rows);
  return {
    scenario: scenario.name,
    fault,
    operation: met && `${met.call} ${nameOf(met.path.slice(runsDirectory.length))}`,
    exitCode: attempt.exitCode,
    lostSteps: found.lostSteps,
    problems: [...behaviour, ...found.problems, ...afterwards],
  };
}

/** What is wrong with how the program dealt with a disk that refused. */
function refusalProblems(attempt: Attempt, { times }: Fault, scenario: Scenario, runsDirectory: string): Problem[] {
  const { exitCode, stderr } = attempt;
  const problems: Problem[] = [];
  if (/\n\s+at |this is a bug/.test(stderr)) problems.push(misbehaved(stderr));
  if (exitCode === 2) {
    if (!/^fdr: [^\n]+\n$/.test(stderr)) problems.push(misbehaved(`not one line: ${stderr}`));
    // Where nothing can be deleted either, a folder may stay; it is no run.
    const rest = scenario.resume === undefined && times !== undefined ? readdirSync(runsDirectory) : [];
    if (rest.length > 0) problems.push(misbehaved(`it did not begin, and left ${rest.join(', ')}`));
  } else if (exitCode === 1 && scenario.exitCode === 0) {
    if (times !== undefined) problems.push(misbehaved(`it failed because of ${times} refusals: ${stderr}`));
    if (!/tried again|not everything/.test(stderr))
      problems.push(misbehaved(`it does not say why it failed: ${stderr}`));
  } else if (exitCode !== scenario.exitCode) problems.push(misbehaved(`its exit code is ${exitCode}: ${stderr}`));
  return problems;
}

/**
 * Goes on with what is left, until it is the run that nothing has interrupted.
 *
 * @param rows of `steps.f32` before
 */
export async function goOn(
  bench: Bench,
  scenario: Scenario,
  runsDirectory: string,
  rows: Buffer,
): Promise<readonly Problem[]> {
  const { laboratory } = bench;
  const id = findRun(runsDirectory);
  const isFinished = id !== undefined && statedStatus(join(runsDirectory, id)) === 'finished';
  const { exitCode, stderr } =
    id === undefined
      ? await makeAttempt(laboratory.trainingArguments(scenario), runsDirectory)
      : await laboratory.resume(runsDirectory, id);
  const hadFinished = isFinished && exitCode === 2 && stderr.includes('has finished its');
  if (!hadFinished && exitCode !== scenario.exitCode)
    return [{ kind: 'different', text: `it does not go on, exit code ${exitCode}: ${stderr}` }];
  return compare(bench, scenario, runsDirectory, rows);
}

/** In what a run that has ended is not the one that nothing has interrupted. */
export async function compare(
  { references }: Bench,
  scenario: Scenario,
  runsDirectory: string,
  rows: Buffer,
): Promise<readonly Problem[]> {
  const folder = join(runsDirectory, findRun(runsDirectory) ?? '');
  const problems: Problem[] = [];
  const others = await differences(folder, scenario, references);
  if (others.length > 0) problems.push({ kind: 'different', text: `other bits in ${others.join(', ')}` });
  const kept = readFileSync(join(folder, 'steps.f32')).subarray(0, rows.length);
  // A training that diverges may end with a shorter segment than before: see `differences`.
  const expected = scenario.exitCode === 1 ? rows.subarray(0, kept.length) : rows;
  if (!kept.equals(expected))
    problems.push({ kind: 'different', text: 'steps that were recorded before are other ones now' });
  const rest = leftovers(folder);
  if (rest.length > 0) problems.push(misbehaved(`it left ${rest.join(', ')}`));
  return problems;
}
