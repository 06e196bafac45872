import type { Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';

/** Parameters and velocity at one moment, tensor by tensor; the velocity may be left out if mu = 0. */
export interface Moment {
  readonly parameters: readonly Float32Array[];
  readonly velocity?: readonly Float32Array[];
}

/** What {@link identityDefect} looks at: some steps at constant eta, mu, nu. */
export interface Window extends Dynamics {
  readonly learningRate: number;
  /** `oL` and `oR` of every step, tensor after tensor, as the training step puts them out: [steps x tensors]. */
  readonly oL: Float32Array;
  readonly oR: Float32Array;
  /** Before the first step. */
  readonly start: Moment;
  /** After the last step. */
  readonly end: Moment;
  /** theta_c, if O_L was read from one. */
  readonly centre?: readonly Float32Array[];
}

export interface IdentityDefect {
  /** `sum (O_L - O_R)` over the window. */
  readonly sum: number;
  /** What the identity says it is. */
  readonly expected: number;
  /** `|sum - expected| / scale`; how small it must be is said by {@link IDENTITY_TOLERANCE}. */
  readonly defect: number;
  /** Size of what was added up: `sum (|O_L| + |O_R|)` plus the rounding that parameters of this size can carry. */
  readonly scale: number;
}

/**
 * Largest defect that float32 arithmetic explains. Observables are float32 sums, good to a few 1e-7 of their own size, and each
 * update rounds theta by up to 6e-8 of itself. The largest defect seen over 600 to 1,000 steps was 1.2e-6 (the paper's perceptron,
 * momentum 0.9, learning rate 0.1; most are below 1e-7); a factor that is wrong by 1 % gives 1e-3 and more.
 */
export const IDENTITY_TOLERANCE = 1e-5;

/**
 * Tests the exact identity that underlies (FDR1'). For every trajectory of (10) and (11), stationary or not,
 *
 *     sum (O_L - O_R) = -[ mu D(theta . v) + (1 - mu) / (2 eta) D|theta|^2 ] / (1 - nu)
 *
 * with D the end of the window minus its start, in total and for every parameter tensor alone.
 *
 * @returns one result for every tensor, and the total.
 * @throws OptionError if an option is out of its range.
 */
export function identityDefect(window: Window): { readonly total: IdentityDefect; readonly tensors: IdentityDefect[] } {
  const { start, end, oL, oR, centre = [] } = window;
  const momentum = inRange('momentum', window.momentum, { min: 0, below: 1 });
  const dampening = inRange('dampening', window.dampening, { min: 0, below: 1 });
  // The step is given eta as float32.
  const learningRate = Math.fround(inRange('learningRate', window.learningRate, { above: 0 }));
  const count = start.parameters.length;
  const steps = oL.length / count;
  const parts = start.parameters.map((first, tensor) => {
    const last = end.parameters[tensor] as Float32Array;
    const origin = centre[tensor];
    let sum = 0;
    let size = 0;
    for (let row = tensor; row < oL.length; row += count) {
      const [left, right] = [oL[row] as number, oR[row] as number];
      sum += left - right;
      size += Math.abs(left) + Math.abs(right);
    }
    const square = (values: Float32Array) => dot(values, values, origin, origin);
    const along = (values: Float32Array, moment: Moment) =>
      momentum === 0 ? 0 : dot(values, velocityOf(moment, tensor), origin);
    const drift = ((1 - momentum) / (2 * learningRate)) * (square(last) - square(first));
    const turn = momentum * (along(last, end) - along(first, start));
    // Each update rounds each parameter on its own, so that the roundings of many add up like a random walk.
    const rounding =
      ((1 - momentum) / learningRate / (1 - dampening)) * Math.sqrt(steps / first.length) * dot(last, last);
    return { sum, expected: -(turn + drift) / (1 - dampening), scale: size + rounding };
  });
  const add = (key: 'sum' | 'expected' | 'scale') => parts.reduce((all, part) => all + part[key], 0);
  const judged = (part: Omit<IdentityDefect, 'defect'>): IdentityDefect => ({
    ...part,
    defect: Math.abs(part.sum - part.expected) / part.scale,
  });
  return {
    total: judged({ sum: add('sum'), expected: add('expected'), scale: add('scale') }),
    tensors: parts.map(judged),
  };
}

function velocityOf({ velocity }: Moment, tensor: number): Float32Array {
  const values = velocity?.[tensor];
  if (!values) throw new TypeError('with momentum the identity needs the velocity at both ends of the window');
  return values;
}

/** `(left - leftOrigin) . (right - rightOrigin)` in double precision. */
function dot(left: Float32Array, right: Float32Array, leftOrigin?: Float32Array, rightOrigin?: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < left.length; place++)
    sum +=
      ((left[place] as number) - (leftOrigin?.[place] ?? 0)) * ((right[place] as number) - (rightOrigin?.[place] ?? 0));
  return sum;
}
