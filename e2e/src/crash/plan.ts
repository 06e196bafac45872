import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { FAULT_KINDS, type Fault } from './disk-faults.js';
import type { Laboratory } from './laboratory.js';
import type { Scenario } from './scenarios.js';

/** A fault to be tried in a scenario. */
export interface PlannedTrial {
  readonly scenario: Scenario;
  readonly fault: Fault;
  /** What it hits: scenario, fault and operation, whatever the step. */
  readonly site: string;
}

/** Random numbers from 0 to 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** The trials in a random order in which each site comes once before any comes again. */
export function spread(trials: readonly PlannedTrial[], random: () => number): PlannedTrial[] {
  const seen = new Map<string, number>();
  return trials
    .map((trial) => ({ trial, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ trial, place }) => {
      const round = seen.get(trial.site) ?? 0;
      seen.set(trial.site, round + 1);
      return { trial, place: round + place };
    })
    .sort((a, b) => a.place - b.place)
    .map(({ trial }) => trial);
}

/**
 * Every fault at every operation of a scenario: killed before it, and within it where it writes; refused in three ways. Full and read-only
 * disks stay so at every other operation, and recover after one refusal at the others; an i/o error the other way round.
 */
export async function everyFault(laboratory: Laboratory, scenario: Scenario): Promise<PlannedTrial[]> {
  const runsDirectory = await laboratory.prepare(scenario);
  const { operations } = await laboratory.begin(scenario, runsDirectory);
  return operations.flatMap(({ number: at, call, path }) => {
    const kinds = FAULT_KINDS.filter((kind) => kind !== 'tear' || call === 'write');
    const file = path.slice(runsDirectory.length).replaceAll(/[0-9a-f]{12}|\d+/g, '*');
    return kinds.map((kind) => ({
      scenario,
      fault: faultAt(kind, at),
      site: [scenario.name, kind, call, file].join(' '),
    }));
  });
}

/** A fault of a kind at an operation: see {@link everyFault}. */
function faultAt(kind: Fault['kind'], at: number): Fault {
  if (kind === 'kill' || kind === 'tear') return { kind, at };
  const recovers = (at % 2 === 0) === (kind === 'EIO');
  return recovers ? { kind, at, times: 1 } : { kind, at };
}
