/** `[[a, b], [c, d]]`. */
interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Position and velocity in one direction. */
interface Pair {
  readonly x: number;
  readonly v: number;
}

/** Second moments of position and velocity: <x^2>, <x v>, <v^2>. */
interface Covariance {
  readonly xx: number;
  readonly xv: number;
  readonly vv: number;
}

/** The linear process `s' = A s + b xi` over an epoch. */
export interface LinearProcess {
  /** A. */
  readonly matrix: Matrix;
  /** b. */
  readonly kick: Pair;
  /** Steps an epoch. */
  readonly steps: number;
  /** <xi_j xi_k> of two steps of one epoch, where <xi^2> is 1. Steps of different epochs are independent. */
  readonly correlation: number;
}

/** The stationary state of a {@link LinearProcess}. */
export interface EpochCovariance {
  /** <s s^T> at epochs' ends. */
  readonly end: Covariance;
  /** Mean of <s s^T> over the steps, before each. */
  readonly mean: Covariance;
  /** Mean of <s xi> over the steps. */
  readonly noise: Pair;
}

const ZERO: Covariance = { xx: 0, xv: 0, vv: 0 };

/**
 * The stationary state: `S_M = S_0`, which A^M and the covariance that an epoch adds to a state of zero determine by three linear equations
 * (discrete Lyapunov).
 *
 * @returns numbers that are not finite where A^M has the eigenvalue 1 or -1.
 */
export function epochCovariance(process: LinearProcess): EpochCovariance {
  const { matrix, steps } = process;
  let power: Matrix = { a: 1, b: 0, c: 0, d: 1 };
  for (let step = 0; step < steps; step++) power = product(matrix, power);
  const end = fixedPoint(power, overEpoch(process, ZERO).last);
  const { mean, noise } = overEpoch(process, end);
  return { end, mean, noise };
}

/** Carries <s s^T> and <s xi> through an epoch: `S' = A S A^T + A n b^T + b n^T A^T + b b^T`, `n' = A n + r b`, n = 0 at first. */
function overEpoch({ matrix: { a, b, c, d }, kick, steps, correlation }: LinearProcess, start: Covariance) {
  let { xx, xv, vv } = start;
  /** sum_{k<t} A^k b. */
  let sum: Pair = { x: 0, v: 0 };
  const mean = { xx: 0, xv: 0, vv: 0 };
  const noise = { x: 0, v: 0 };
  for (let step = 0; step < steps; step++) {
    mean.xx += xx / steps;
    mean.xv += xv / steps;
    mean.vv += vv / steps;
    const along = { x: correlation * sum.x, v: correlation * sum.v };
    noise.x += along.x / steps;
    noise.v += along.v / steps;
    const moved: Pair = { x: a * along.x + b * along.v, v: c * along.x + d * along.v };
    const next: Covariance = {
      xx: a * a * xx + 2 * a * b * xv + b * b * vv + 2 * moved.x * kick.x + kick.x ** 2,
      xv: a * c * xx + (a * d + b * c) * xv + b * d * vv + moved.x * kick.v + moved.v * kick.x + kick.x * kick.v,
      vv: c * c * xx + 2 * c * d * xv + d * d * vv + 2 * moved.v * kick.v + kick.v ** 2,
    };
    ({ xx, xv, vv } = next);
    sum = { x: a * sum.x + b * sum.v + kick.x, v: c * sum.x + d * sum.v + kick.v };
  }
  return { last: { xx, xv, vv }, mean, noise };
}

const product = (left: Matrix, right: Matrix): Matrix => ({
  a: left.a * right.a + left.b * right.c,
  b: left.a * right.b + left.b * right.d,
  c: left.c * right.a + left.d * right.c,
  d: left.c * right.b + left.d * right.d,
});

/** The S of `S = P S P^T + Q`, by Cramer's rule. */
function fixedPoint({ a, b, c, d }: Matrix, added: Covariance): Covariance {
  const first: Row = [1 - a * a, -2 * a * b, -b * b];
  const second: Row = [-a * c, 1 - a * d - b * c, -b * d];
  const third: Row = [-c * c, -2 * c * d, 1 - d * d];
  const right: Row = [added.xx, added.xv, added.vv];
  const whole = determinant(first, second, third);
  const replaced = (column: 0 | 1 | 2): number => {
    const [one, two, three] = [first, second, third].map((row, index): Row => {
      const changed: [number, number, number] = [...row];
      changed[column] = right[index] ?? NaN;
      return changed;
    });
    return determinant(one ?? first, two ?? second, three ?? third) / whole;
  };
  return { xx: replaced(0), xv: replaced(1), vv: replaced(2) };
}

type Row = readonly [number, number, number];

const determinant = ([a, b, c]: Row, [d, e, f]: Row, [g, h, i]: Row): number =>
  a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
