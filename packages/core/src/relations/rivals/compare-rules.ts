import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { dynamicsOf } from '../run-config.js';
import { equilibrium } from '../schedules/equilibrium.js';
import { stationary } from '../schedules/stationary.js';
import { plateau } from '../schedules/plateau.js';
import { replayRule, type Firing } from '../schedules/rule-replay.js';
import type { Schedule } from '../schedules/schedule.js';
import { growingSeries } from './growing-series.js';
import { pesme } from './pesme.js';
import { pflug } from './pflug.js';
import { refinedSchedule } from './refined.js';
import { sasaPlus } from './sasa-plus.js';
import { sasa } from './sasa.js';
import type { StationarityTest } from './stationarity-test.js';
import { replayTest } from './test-replay.js';

/** What a rule says of a recorded run. */
export interface ComparedRule {
  readonly name: string;
  /** When it would have lowered the learning rate; empty if never, or if it can't be told. */
  readonly firings: readonly Firing[];
  /** Why it can't be told; undefined where it can. */
  readonly unknown?: string | undefined;
}

/** Every rule over a recorded run, up to the last step taken. */
export interface RuleComparison {
  /** Takes the next steps, row by row as `run.stepColumns` names them. */
  take(rows: Float32Array): void;
  readonly rules: readonly ComparedRule[];
  /** {@link refinedSchedule} of the steps taken, of its largest value; undefined where no gradient norms are recorded. */
  refined(): Float64Array | undefined;
}

type RecordedRun = Pick<Run, 'config' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>;
interface Follower extends ComparedRule {
  readonly take: (rows: Float32Array) => void;
}

/**
 * Applies the paper's rule and the test of `stationary`, in total and layer by layer, and those of its rivals to one recorded run, each with the defaults
 * of its authors: a plateau of the training loss, SASA, SASA+, Pflug's test, and Pesme's distance test.
 */
export function compareRules(
  run: RecordedRun,
  records: { readonly events: readonly EventRecord[]; readonly epochs: readonly EpochRecord[] },
): RuleComparison {
  const dynamics = dynamicsOf(run.config.optimizer);
  const scheduled = (name: string, schedule: Schedule): Follower => ({
    name,
    ...replayRule(run, records, schedule),
  });
  const undefinedSides = 'needs both sides of FDR1, which only sgd defines';
  const followers = [
    ...(dynamics
      ? [
          scheduled('FDR1, in total', equilibrium()),
          scheduled('FDR1, by layer', equilibrium({ balance: 'layers' })),
          ...drifting(),
        ]
      : [{ ...NEVER, name: 'FDR1', unknown: undefinedSides }]),
    scheduled('plateau', plateau()),
    ...(dynamics
      ? [tested(sasa()), tested(sasaPlus(dynamics))]
      : [{ ...NEVER, name: 'SASA', unknown: undefinedSides }]),
    tested(pflug()),
    tested(pesme()),
  ];
  const squaredNorm = run.stepColumns.indexOf('noiseTrace');
  const norms = growingSeries();

  function drifting(): Follower[] {
    if (records.epochs.every(({ drift }) => drift === undefined))
      return [{ ...NEVER, name: 'stationary', unknown: 'needs --drift, not recorded, or 4 epochs at one rate' }];
    return [
      scheduled('stationary, in total', stationary()),
      scheduled('stationary, by layer', stationary({ balance: 'layers' })),
    ];
  }

  function tested(test: StationarityTest): Follower {
    const lacking = test.columns.filter((name) => !run.stepColumns.includes(name));
    if (lacking.length > 0)
      return { ...NEVER, name: test.name, unknown: `needs --observables ${lacking.join(',')}, not recorded` };
    return { name: test.name, ...replayTest(run, records.events, test) };
  }

  return {
    rules: followers,
    take: (rows) => {
      for (const { take } of followers) take(rows);
      if (squaredNorm >= 0)
        for (let offset = squaredNorm; offset < rows.length; offset += run.stepColumns.length)
          norms.push(Math.sqrt(rows[offset] ?? NaN));
    },
    refined: () => (squaredNorm < 0 ? undefined : refinedSchedule(norms.newest(norms.length()))),
  };
}

const NEVER = { firings: [], take: () => undefined };
