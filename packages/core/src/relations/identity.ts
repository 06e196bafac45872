import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import { zip } from '../zip.js';
import { windowDefects, type WindowDefects } from './window-defect.js';

/** Parameters and velocity at one moment, tensor by tensor; no velocity is needed if mu = 0. */
export interface Moment {
  readonly parameters: readonly Float32Array[];
  readonly velocity?: readonly Float32Array[] | undefined;
}

/** Some steps at constant eta, mu and nu, for {@link identityDefect}. */
export interface Window extends Dynamics {
  readonly learningRate: number;
  /** `oL` and `oR` of every step, tensor after tensor, as the training step returns them: [steps x tensors]. */
  readonly oL: Float32Array;
  readonly oR: Float32Array;
  /** Before the first step. */
  readonly start: Moment;
  /** After the last step. */
  readonly end: Moment;
  /** theta_c, if O_L was measured from one. */
  readonly centre?: readonly Float32Array[] | undefined;
}

/**
 * Largest defect that float32 arithmetic explains. Observables are float32 sums, accurate to a few 1e-7 of their size, and each
 * update rounds theta by up to 6e-8 of itself. The largest defect observed over 600 to 1,000 steps was 1.2e-6 (the paper's perceptron,
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
 * @returns one result for every tensor, and the total; `defect` is at most {@link IDENTITY_TOLERANCE} if the identity holds.
 * @throws OptionError if an option is out of its range; TypeError if there is momentum and no velocity.
 */
export function identityDefect(window: Window): WindowDefects {
  const { start, end, oL, oR } = window;
  const { momentum, dampening } = checkedDynamics(window);
  const undamped = 1 - dampening;
  // The step is given eta as float32.
  const learningRate = Math.fround(inRange('learningRate', window.learningRate, { above: 0 }));
  const steps = oL.length / start.parameters.length;
  const centre = window.centre ?? start.parameters.map((values) => new Float32Array(values.length));
  const tensors = zip(start.parameters, end.parameters, centre).map(([first, last, origin], tensor) => {
    const along = (values: Float32Array, moment: Moment): number =>
      momentum === 0 ? 0 : dot(values, origin, velocityOf(moment, tensor));
    const drift = ((1 - momentum) / (2 * learningRate)) * (square(last, origin) - square(first, origin));
    const turn = momentum * (along(last, end) - along(first, start));
    // Each update rounds each parameter independently, so that the roundings of many add up like a random walk.
    const rounding = ((1 - momentum) / learningRate / undamped) * Math.sqrt(steps / first.length) * squareOf(last);
    return { expected: -(turn + drift) / undamped, rounding };
  });
  return windowDefects(oL, oR, tensors);
}

function velocityOf({ velocity }: Moment, tensor: number): Float32Array {
  const values = velocity?.[tensor];
  if (!values) throw new TypeError('with momentum the identity needs the velocity at both ends of the window');
  return values;
}

/** `|values|^2` in double precision. */
const squareOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** `|values - origin|^2` in double precision. */
const square = (values: Float32Array, origin: Float32Array): number =>
  values.reduce((sum, value, index) => sum + (value - (origin[index] ?? 0)) ** 2, 0);

/** `(values - origin) . along` in double precision. */
const dot = (values: Float32Array, origin: Float32Array, along: Float32Array): number =>
  values.reduce((sum, value, index) => sum + (value - (origin[index] ?? 0)) * (along[index] ?? 0), 0);
