import { interval } from '@fdr/core/relations';
import type { Table } from '@fdr/figures';
import { FINISHED_COLUMNS } from '../finished-epoch.js';
import { groupBy } from '../group-by.js';
import type { RunResult } from '../job-result.js';
import { runIdOf, type Job } from '../job.js';
import { settingText, stagesOf } from './described-job.js';
import type { SweepStatus } from './status.js';

/** What statistics are made of. */
const MEASURED = [...FINISHED_COLUMNS.filter((name) => !['epoch', 'step'].includes(name)), 'bestTestAccuracy'] as const;
type Measured = (typeof MEASURED)[number];

const runResult = ({ results }: SweepStatus, { key }: Job): RunResult | undefined => {
  const result = results.get(key);
  return result?.kind === 'run' ? result : undefined;
};

const measuredOf = ({ lastEpoch, bestTestAccuracy }: RunResult, name: Measured): number =>
  name === 'bestTestAccuracy' ? bestTestAccuracy : (lastEpoch[name] ?? NaN);

/**
 * One table over all jobs of a sweep: run, state, the settings in which jobs differ, and the last epoch of those that are done, whose numbers are
 * empty for the others. It holds no times: equal seeds give equal tables, bit for bit.
 */
export function sweepTable(sweep: SweepStatus): Table {
  const stages = stagesOf(sweep.jobs);
  const measured = [...FINISHED_COLUMNS, 'bestTestAccuracy'] as const;
  // The rate of the last epoch is another thing than the one that was set.
  const titles = measured.map((name) => (name === 'learningRate' ? 'lastLearningRate' : name));
  return {
    columns: ['run', 'state', ...sweep.varied, 'stage', ...titles],
    rows: sweep.jobs.map((job) => {
      const result = runResult(sweep, job);
      return [
        job.kind === 'run' ? runIdOf(job) : job.key,
        sweep.states.get(job.key) ?? '',
        ...sweep.varied.map((name) => settingText(job, name)),
        stages.get(job.key) ?? 1,
        ...measured.map((name) => (result ? measuredOf(result, name) : '')),
      ];
    }),
  };
}

/** The settings of a job but for its seed, and of those before it in its chain: `learningRate=0.1 > learningRate=0.05`. */
function chainTexts(jobs: readonly Job[], names: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const job of jobs) {
    const own = names.map((name) => `${name}=${settingText(job, name)}`).join(' ');
    const before = job.parent === undefined ? undefined : texts.get(job.parent);
    texts.set(job.key, before === undefined ? own : `${before} > ${own}`);
  }
  return texts;
}

/**
 * Statistics over seeds: one row for each combination of the other settings in which jobs differ, in the whole chain before them too, with the mean
 * of each number of the last epoch and its 95 % confidence interval (Student); unbounded for one seed.
 */
export function groupTable(sweep: SweepStatus): Table {
  const names = sweep.varied.filter((name) => name !== 'seed');
  const chains = chainTexts(sweep.jobs, names);
  const done = sweep.jobs.flatMap((job) => {
    const result = runResult(sweep, job);
    return result ? [{ job, result, chain: chains.get(job.key) ?? '' }] : [];
  });
  return {
    columns: [
      ...names,
      'chain',
      'seeds',
      ...MEASURED.flatMap((name) => [`${name} mean`, `${name} low`, `${name} high`]),
    ],
    rows: [...groupBy(done, ({ chain }) => chain).values()].map((group) => [
      ...group.slice(0, 1).flatMap(({ job, chain }) => [...names.map((name) => settingText(job, name)), chain]),
      group.length,
      ...MEASURED.flatMap((name) => {
        const { mean, low, high } = interval(group.map(({ result }) => measuredOf(result, name)));
        return [mean, low, high];
      }),
    ]),
  };
}
