import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FdrProcess } from '../fdr-process.js';
import { inspect } from './inspection.js';
import { makeAttempt } from './attempt.js';
import { findRun } from './laboratory.js';
import type { Scenario } from './scenarios.js';
import { compare, goOn, type Bench, type Verdict } from './trial.js';

/** Kills a process at a random time after it has begun to change a folder. */
function killLater(process: FdrProcess, folder: string, milliseconds: number): void {
  const watcher = watch(folder);
  void Promise.race([once(watcher, 'change'), process.exited])
    .then(() => delay(milliseconds))
    .then(() => process.kill('SIGKILL'))
    .finally(() => watcher.close());
}

/**
 * Kills a training at random times, one process after another, and then lets it finish.
 *
 * @param longest milliseconds from the first change of the disk to the kill
 * @param kills how many at most
 */
export async function killAtRandom(
  bench: Bench,
  scenario: Scenario,
  { random, longest, kills }: { readonly random: () => number; readonly longest: number; readonly kills: number },
): Promise<Verdict[]> {
  const { laboratory } = bench;
  const runsDirectory = await laboratory.prepare(scenario);
  const verdicts: Verdict[] = [];
  for (;;) {
    const id = findRun(runsDirectory);
    const during = (process: FdrProcess): void => {
      killLater(process, join(runsDirectory, id ?? ''), random() * longest);
    };
    const attempt =
      id === undefined
        ? await makeAttempt(laboratory.trainingArguments(scenario), runsDirectory, { during })
        : await laboratory.resume(runsDirectory, id, during);
    const { problems, rows, lostSteps } = await inspect(runsDirectory, attempt);
    const isKilled = attempt.signal === 'SIGKILL';
    const isLast = !isKilled || verdicts.length + 1 === kills;
    const end = isKilled && isLast ? goOn : compare;
    const afterwards = isLast ? await end(bench, scenario, runsDirectory, rows) : [];
    verdicts.push({
      scenario: scenario.name,
      fault: undefined,
      operation: isKilled ? 'any' : undefined,
      exitCode: attempt.exitCode,
      lostSteps,
      problems: [...problems, ...afterwards],
    });
    if (isLast) return verdicts;
  }
}
