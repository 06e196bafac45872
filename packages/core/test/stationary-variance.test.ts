import { describe, expect, it } from 'vitest';
import { parametersSquared } from '../src/observables/parameters-squared.js';
import { sgd } from '../src/optimizers/sgd.js';
import { stationaryVariance } from '../src/relations/index.js';
import { constant } from '../src/relations/schedules/constant.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { collect, itemsOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';
import { lyapunov } from './reference/lyapunov.js';

describe.each(MOMENTUM_AND_DAMPENING)('the stationary variance, momentum %d, dampening %d', (momentum, dampening) => {
  it('solves the Lyapunov equation along each eigenvector, whatever the covariance of the noise', () => {
    const learningRate = 0.3;
    const undamped = 1 - dampening;
    const curvatures = [2, 0.3];
    const noise = [
      [0.7, 0.4],
      [0.4, 0.5],
    ];
    // Turned by an angle of 0.6: H and C as they are in any axes.
    const [cos, sin] = [Math.cos(0.6), Math.sin(0.6)];
    const axes = [
      [cos, -sin],
      [sin, cos],
    ];
    const turned = (matrix: number[][]) =>
      axes.map((row) =>
        axes.map((other) =>
          row.reduce((sum, a, i) => sum + other.reduce((inner, b, j) => inner + a * matrix[i]![j]! * b, 0), 0),
        ),
      );
    const hessian = turned([
      [curvatures[0]!, 0],
      [0, curvatures[1]!],
    ]);
    const kicks = turned(noise);
    // s = (theta, v): theta' = theta + eta v', v' = mu v - (1 - nu) (H theta + xi)
    const matrix = [0, 1, 2, 3].map((row) =>
      [0, 1, 2, 3].map((column) => {
        const [i, j] = [row % 2, column % 2];
        const velocity = column < 2 ? -undamped * hessian[i]![j]! : i === j ? momentum : 0;
        return row < 2 ? (row === column ? 1 : 0) + learningRate * velocity : velocity;
      }),
    );
    const added = [0, 1, 2, 3].map((row) =>
      [0, 1, 2, 3].map((column) => {
        const factor = (row < 2 ? learningRate : 1) * (column < 2 ? learningRate : 1);
        return factor * undamped ** 2 * kicks[row % 2]![column % 2]!;
      }),
    );
    const covariance = lyapunov(matrix, added);
    for (const direction of [0, 1]) {
      const along = axes.map((row) => row[direction]!);
      const variance = along.reduce(
        (sum, a, i) => sum + along.reduce((inner, b, j) => inner + a * covariance[i]![j]! * b, 0),
        0,
      );
      const options = { learningRate, momentum, dampening };
      expect(
        distance([stationaryVariance(curvatures[direction]!, noise[direction]![direction]!, options)], [variance]),
      ).toBeLessThan(1e-10);
    }
  });

  it('is that of a training', async () => {
    const [dimensions, stepsPerEpoch, learningRate] = [1000, 400, 0.4];
    const task = quadraticTask({ dimensions, curvature: 1.5, noise: 0.7, stepsPerEpoch });
    const options = {
      task,
      executor: eagerExecutor('cpu'),
      schedule: constant(),
      seed: 9,
      epochs: 1,
      weightDecay: 0.1,
    };
    const items = await collect(
      train({ ...options, learningRate, optimizer: sgd({ momentum, dampening }), observables: [parametersSquared] }),
    );
    const [{ record }] = itemsOf('epoch', items) as [ReturnType<typeof itemsOf<'epoch'>>[0]];
    const expected = stationaryVariance(1.6, (1.5 * 0.7) ** 2, { learningRate, momentum, dampening });
    // 1,000 x 200 numbers, of which some 20 in a row tell the same: sqrt(2 / 1e4) = 1.4 %.
    expect(distance([record.observables!['parametersSquared']! / dimensions], [expected])).toBeLessThan(0.04);
  });

  it('refuses a learning rate beyond the stable range', () => {
    const limit = (2 * (1 + momentum)) / ((1 - dampening) * 3);
    const at = (learningRate: number) => () => stationaryVariance(3, 1, { learningRate, momentum, dampening });
    expect(at(1.001 * limit)).toThrow(/^learningRate must be a number in \(0, /);
    expect(at(0.999 * limit)()).toBeGreaterThan(
      stationaryVariance(3, 1, { learningRate: 0.5 * limit, momentum, dampening }),
    );
  });
});
