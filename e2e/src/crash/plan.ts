import { FAULT_KINDS, type Fault } from './disk-faults.js';
import type { Laboratory } from './laboratory.js';
import type { Scenario } from './scenarios.js';

/** A fault to be tried in a scenario. */
export interface PlannedTrial {
  readonly scenario: Scenario;
  readonly fault: Fault;
}

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in a random order. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/**
 * Every fault at every operation of a scenario: killed before it, and within it where it writes; refused in three ways. Full and read-only
 * disks stay so at every other operation, and recover after one refusal at the others; an i/o error the other way round.
 */
export async function everyFault(laboratory: Laboratory, scenario: Scenario): Promise<PlannedTrial[]> {
  const { operations } = await laboratory.begin(scenario, await laboratory.prepare(scenario));
  return operations.flatMap(({ number: at, call }) =>
    FAULT_KINDS.filter((kind) => kind !== 'tear' || call === 'write').map((kind) => ({
      scenario,
      fault: faultAt(kind, at),
    })),
  );
}

/** A fault of a kind at an operation: see {@link everyFault}. */
export function faultAt(kind: Fault['kind'], at: number): Fault {
  if (kind === 'kill' || kind === 'tear') return { kind, at };
  const recovers = (at % 2 === 0) === (kind === 'EIO');
  return recovers ? { kind, at, times: 1 } : { kind, at };
}
