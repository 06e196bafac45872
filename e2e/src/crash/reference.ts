import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppliedCommand } from '@fdr/records';
import { readCommands } from '@fdr/run-store';
import { tensorBytes, withoutTimes } from '../run-content.js';
import { readRun } from '../run-folder.js';
import { makeAttempt } from './attempt.js';
import { findRun, type Laboratory } from './laboratory.js';
import type { Scenario } from './scenarios.js';

/** What must be the same in two runs, as text by kind. */
type RunContent = Readonly<Record<'steps' | 'epochs' | 'events' | 'last checkpoint', string>>;

/** The content of a run's folder. What a disk refused is recorded as a warning, and left out here. */
function runContent(folder: string): RunContent {
  const run = readRun(folder);
  const { steps, epochs, events } = withoutTimes(run);
  return {
    steps,
    epochs: JSON.stringify(epochs),
    events: JSON.stringify(events.filter(({ type }) => type !== 'warning')),
    'last checkpoint': tensorBytes(run, run.checkpoints.at(-1) ?? ''),
  };
}

/** The content of a run that nothing has interrupted, in which these commands came at these steps. */
export type References = (scenario: Scenario, commands: readonly AppliedCommand[]) => Promise<RunContent>;

/** Trains each reference once. */
export function createReferences(laboratory: Laboratory): References {
  const known = new Map<string, Promise<RunContent>>();

  return (scenario, commands) => {
    const steps = commands.map(({ step, epoch, command }) => ({ step, epoch, command: { ...command, runId: '' } }));
    const key = JSON.stringify([scenario.training, steps]);
    const found = known.get(key) ?? train(laboratory, scenario, commands);
    known.set(key, found);
    return found;
  };
}

/** Trains from the first step to the last. Commands are carried out where a run that begins again finds them in its folder. */
async function train(
  laboratory: Laboratory,
  scenario: Scenario,
  commands: readonly AppliedCommand[],
): Promise<RunContent> {
  const runsDirectory = await laboratory.prepare({ ...scenario, resume: undefined });
  const args = laboratory.trainingArguments(scenario);
  if (commands.length === 0) {
    await makeAttempt(args, runsDirectory);
    return runContent(join(runsDirectory, findRun(runsDirectory) ?? ''));
  }
  const whole = await makeAttempt(args, runsDirectory);
  const at = whole.operations.find(({ path }) => path.includes('/checkpoints/.0.'))?.number ?? 1;
  const begun = await laboratory.prepare({ ...scenario, resume: undefined });
  await makeAttempt(args, begun, { fault: { kind: 'kill', at } });
  const id = findRun(begun) ?? '';
  const lines = commands.map((command) => `${JSON.stringify(command)}\n`).join('');
  writeFileSync(join(begun, id, 'commands.jsonl'), lines);
  await laboratory.resume(begun, id);
  return runContent(join(begun, id));
}

/** In what a run differs from its reference; empty if in nothing. */
export async function differences(folder: string, scenario: Scenario, references: References): Promise<string[]> {
  const found = runContent(folder);
  const expected = await references(scenario, await readCommands(folder));
  // A training that diverges ends with the segment in which it does, and how many steps that has depends on the time they take.
  const hasDiverged = scenario.exitCode === 1;
  // Without the last four digits: they hold the padding of base 64.
  const length = hasDiverged ? Math.min(found.steps.length, expected.steps.length) - 4 : Infinity;
  const isSame: Record<keyof RunContent, boolean> = {
    steps: found.steps.slice(0, length) === expected.steps.slice(0, length),
    epochs: found.epochs === expected.epochs,
    events: found.events === expected.events,
    'last checkpoint': hasDiverged || found['last checkpoint'] === expected['last checkpoint'],
  };
  return Object.entries(isSame).flatMap(([kind, same]) => (same ? [] : kind));
}

/** Files in a run's folder that nobody needs once its writer has ended. */
export function leftovers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.partial$|^\.?lock/.test(name));
}

/** The status that `run.json` states, whether or not it holds. */
export function statedStatus(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { status: string }).status;
}
