import { describe, expect, it } from 'vitest';
import { directionsOf, distancesFromStationarity } from '../bench/stationarity/directions.js';
import { generator } from '../bench/stationarity/generator.js';
import { SCENARIOS, type Scenario } from '../bench/stationarity/scenarios.js';
import { arrivalOf, scoreOf } from '../bench/stationarity/score.js';
import { walk } from '../bench/stationarity/walk.js';

const SMALL: Scenario = {
  name: 'small',
  half: 'tuning',
  tensors: [{ count: 4, curvature: [0.1, 1], noisePower: 1, displacement: 0, minimum: 3 }],
  learningRate: 0.1,
  momentum: 0,
  dampening: 0,
  stepsPerEpoch: 20,
  epochs: 3,
  sampling: 'replacement',
  startAtRate: 4,
};

describe('the distance from stationarity', () => {
  // All of them come from above, so that the distance is the mean surplus of the loss over the height of the noise ball.
  it.each<Partial<Scenario>>([
    {},
    { tails: 5 },
    { sampling: 'shuffle' },
    { learningRate: 0.02, momentum: 0.8, dampening: 0.3 },
    { startAtRate: 1.5, tensors: [{ count: 3, curvature: [0.05, 0.5], noisePower: 0, displacement: 4, minimum: -2 }] },
  ])('is that of many runs: %j', (change) => {
    const scenario = { ...SMALL, ...change };
    const directions = directionsOf(scenario);
    const exact = distancesFromStationarity(scenario, directions);
    // The floor of the loss is 30 heights.
    const height = directions.reduce((sum, { curvature, stationary }) => sum + (curvature * stationary.xx) / 2, 0);
    const runs = Array.from({ length: 800 }, (_, seed) => {
      const { epochs } = walk(scenario, directions, generator(seed));
      return epochs.map(({ trainLoss }) => trainLoss / height - 31);
    });
    for (const epoch of [1, 2, 3]) {
      const values = runs.map((run) => run[epoch - 1]!);
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      expect(Math.abs(mean - exact[epoch]!)).toBeLessThan((3.5 * deviation) / Math.sqrt(values.length));
      expect(exact[epoch]).toBeGreaterThan(0);
    }
  });

  it('is 0 in the stationary state and falls everywhere else', () => {
    for (const scenario of SCENARIOS) {
      const distances = distancesFromStationarity(scenario, directionsOf(scenario));
      expect(distances.at(-1)).toBeLessThan(0.1);
      if (scenario.startAtRate === 1) expect(Math.max(...distances)).toBeLessThan(0.01);
      else expect(distances[0]).toBeGreaterThan(0.5);
    }
  });
});

it('a firing is judged by when the distance stays within a tenth', () => {
  const distances = [3, 0.05, 0.2, -0.3, 0.1, 0.02];
  expect(arrivalOf(distances)).toBe(4);
  expect(scoreOf([1, 3.9, 4, 7, 5, undefined], 4)).toEqual({ runs: 6, early: 2, never: 1, epoch: 5 });
});
