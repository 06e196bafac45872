import type { Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import { sidesOf, type Sides } from './sides.js';

/**
 * The cubic relation (14) in averages, as an epoch's record holds them: it holds when `sum theta^3` has stopped drifting.
 *
 * @param tensor reads `cubicLeft/<tensor>` instead of the totals.
 * @returns NaN for what was not measured.
 */
export function cubicRelation(averages: Readonly<Record<string, number>>, tensor?: string): Sides {
  const side = (name: string): number => averages[tensor === undefined ? name : `${name}/${tensor}`] ?? NaN;
  return sidesOf([side('cubicLeft')], [side('cubicRight')]);
}

/** Some steps at constant eta and nu. */
export interface CubicWindow extends Pick<Dynamics, 'dampening'> {
  readonly learningRate: number;
  /** Outputs of every step, tensor after tensor: [steps x tensors]. */
  readonly cubicLeft: Float32Array;
  readonly cubicRight: Float32Array;
  /** Parameters before the first step, tensor by tensor. */
  readonly start: readonly Float32Array[];
  /** Parameters after the last step. */
  readonly end: readonly Float32Array[];
}

/** The two sides of the cubic identity, the size of their terms, and how far they are apart in units of it. */
export interface CubicDefect {
  readonly sum: number;
  readonly expected: number;
  readonly scale: number;
  readonly defect: number;
}

/**
 * Tests the exact identity under the cubic relation over a window, in total and for each tensor:
 * `sum (cubicLeft - cubicRight) = -D(sum theta^3) / (3 eta (1 - nu))`, stationary or not.
 *
 * @returns `sum`, what it is `expected` to be, and `defect`, their difference as a part of `sum (|left| + |right|)` and of what
 * rounding theta at each update can add.
 * @throws OptionError if the learning rate is not above 0 or the dampening not in [0, 1).
 */
export function cubicDefect(window: CubicWindow): {
  readonly total: CubicDefect;
  readonly tensors: readonly CubicDefect[];
} {
  const learningRate = Math.fround(inRange('learningRate', window.learningRate, { above: 0 }));
  const factor = 1 / (3 * learningRate * (1 - inRange('dampening', window.dampening, { min: 0, below: 1 })));
  const count = window.start.length;
  const steps = window.cubicLeft.length / count;
  const parts = window.start.map((first, tensor) => {
    const last = window.end[tensor] as Float32Array;
    let sum = 0;
    let size = 0;
    for (let row = tensor; row < window.cubicLeft.length; row += count) {
      const [left, right] = [window.cubicLeft[row] as number, window.cubicRight[row] as number];
      sum += left - right;
      size += Math.abs(left) + Math.abs(right);
    }
    // A rounding of theta changes theta^3 three times as much, independently in every element and step.
    const rounding = 3 * factor * Math.sqrt(steps / last.length) * cubes(last, Math.abs);
    return { sum, expected: -factor * (cubes(last) - cubes(first)), scale: size + rounding };
  });
  const add = (key: 'sum' | 'expected' | 'scale') => parts.reduce((all, part) => all + part[key], 0);
  const judged = (part: Omit<CubicDefect, 'defect'>): CubicDefect => ({
    ...part,
    defect: Math.abs(part.sum - part.expected) / part.scale,
  });
  return {
    total: judged({ sum: add('sum'), expected: add('expected'), scale: add('scale') }),
    tensors: parts.map(judged),
  };
}

const cubes = (values: Float32Array, of = (value: number): number => value): number =>
  values.reduce((sum, value) => sum + of(value) ** 3, 0);
