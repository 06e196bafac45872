import type { FaultKind } from './disk-faults.js';
import { PROBLEMS } from './inspection.js';
import type { Verdict } from './trial.js';

const REFUSALS: readonly FaultKind[] = ['ENOSPC', 'EIO', 'EROFS'];

/** What came of all faults in a scenario. */
export interface Summary {
  readonly scenario: string;
  /** Operations at which something went wrong. */
  readonly points: number;
  readonly kills: number;
  /** How often the system refused an operation, by its error. */
  readonly refused: Readonly<Record<string, number>>;
  /** Faults after which nothing was wrong. */
  readonly survived: number;
  /** The most steps that a killed process had reported while they waited for the disk; they were trained again. */
  readonly mostLostSteps: number;
  /** Faults after which something was wrong, by what it was. */
  readonly problems: Readonly<Record<(typeof PROBLEMS)[number], number>>;
}

/** Faults that were met, scenario by scenario. */
export function summarize(verdicts: readonly Verdict[]): Summary[] {
  return [...new Set(verdicts.map(({ scenario }) => scenario))].map((scenario) => {
    const met = verdicts.filter((verdict) => verdict.scenario === scenario && verdict.operation !== undefined);
    const count = (fits: (verdict: Verdict) => boolean): number => met.filter(fits).length;
    const withProblem = (wanted: string): number =>
      count(({ problems }) => problems.some(({ kind }) => kind === wanted));
    return {
      scenario,
      points: new Set(met.flatMap(({ fault }) => fault?.at ?? [])).size,
      kills: count(({ fault }) => fault === undefined || fault.kind === 'kill' || fault.kind === 'tear'),
      refused: Object.fromEntries(REFUSALS.map((kind) => [kind, count(({ fault }) => fault?.kind === kind)])),
      survived: count(({ problems }) => problems.length === 0),
      mostLostSteps: Math.max(0, ...met.filter(({ exitCode }) => exitCode === null).map(({ lostSteps }) => lostSteps)),
      problems: {
        unreadable: withProblem('unreadable'),
        lost: withProblem('lost'),
        different: withProblem('different'),
        misbehaved: withProblem('misbehaved'),
      },
    };
  });
}

/** The summaries as a table. */
export function summaryTable(summaries: readonly Summary[]): string {
  const head = ['', 'points', 'kills', ...REFUSALS, 'survived', 'most steps to repeat', ...PROBLEMS];
  const rows = summaries.map(({ scenario, points, kills, refused, survived, mostLostSteps, problems }) => [
    scenario,
    points,
    kills,
    ...REFUSALS.map((kind) => refused[kind] ?? 0),
    survived,
    mostLostSteps,
    ...PROBLEMS.map((kind) => problems[kind]),
  ]);
  const table = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('');
}

/** A line for a fault after which something was wrong. */
export function problemText({ scenario, fault, operation, problems }: Verdict): string {
  const where = fault === undefined ? 'a random time' : `operation ${fault.at} (${operation ?? ''})`;
  const what = problems.map(({ kind, text }) => `${kind}: ${text.trim()}`).join('; ');
  const times = fault?.times === undefined ? '' : `, ${fault.times} times`;
  return `${scenario}, ${fault?.kind ?? 'kill'} at ${where}${times}: ${what}`;
}
