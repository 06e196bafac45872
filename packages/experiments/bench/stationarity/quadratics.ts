import { directionsOf, distancesFromStationarity } from './directions.js';
import { generator } from './generator.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { firstFirings, type Firings } from './score.js';
import type { Column } from './table.js';
import { walk } from './walk.js';

/** Seeds of two scenarios are so far apart. */
const SEEDS_APART = 100_000;

/** Every scenario of one half, each run so many times. */
export async function quadratics(half: Scenario['half'], runs: number): Promise<Column[]> {
  const columns: Column[] = [];
  for (const [index, scenario] of SCENARIOS.entries()) {
    if (scenario.half !== half) continue;
    const directions = directionsOf(scenario);
    const firings: Firings[] = [];
    for (let run = 0; run < runs; run++) {
      const made = walk(scenario, directions, generator(SEEDS_APART * (index + 1) + run));
      firings.push(await firstFirings(made.run, { epochs: made.epochs, events: [] }, [made.rows]));
    }
    columns.push({ title: scenario.name, distances: distancesFromStationarity(scenario, directions), firings });
  }
  return columns;
}
