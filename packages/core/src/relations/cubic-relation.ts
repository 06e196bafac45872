import type { Dynamics } from '../dynamics.js';
import { OPTIMIZER_OPTIONS } from '@fdr/records';
import { inRange } from '../validate.js';
import { zip } from '../zip.js';
import { sidesOf, type Sides } from './sides.js';
import { windowDefects, type WindowDefects } from './window-defect.js';

/**
 * The cubic relation (14) in averages, as an epoch's record contains them. It holds when `sum theta^3` has stopped drifting.
 *
 * @param tensor its name, to read `cubicLeft/<tensor>` instead of the totals.
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

/**
 * Tests the exact identity under the cubic relation over a window, in total and for each tensor:
 * `sum (cubicLeft - cubicRight) = -D(sum theta^3) / (3 eta (1 - nu))`, stationary or not.
 *
 * @returns `sum`, its `expected` value, and `defect`, their difference relative to `sum (|left| + |right|)` plus what the rounding of
 * theta at each update can add.
 * @throws OptionError if the learning rate is not above 0 or the dampening not in [0, 1).
 */
export function cubicDefect(window: CubicWindow): WindowDefects {
  const learningRate = Math.fround(inRange('learningRate', window.learningRate, { above: 0 }));
  const undamped = 1 - inRange('dampening', window.dampening, OPTIMIZER_OPTIONS.sgd.dampening.range);
  const factor = 1 / (3 * learningRate * undamped);
  const steps = window.cubicLeft.length / window.start.length;
  const tensors = zip(window.start, window.end).map(([first, last]) => ({
    expected: -factor * (cubes(last) - cubes(first)),
    // A relative rounding of theta is three times as large in theta^3, and independent in every element and step.
    rounding: 3 * factor * Math.sqrt(steps / last.length) * cubes(last.map(Math.abs)),
  }));
  return windowDefects(window.cubicLeft, window.cubicRight, tensors);
}

const cubes = (values: Float32Array): number => values.reduce((sum, value) => sum + value ** 3, 0);
