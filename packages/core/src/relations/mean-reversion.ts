/** A mean-reverting series about a straight line: `1/2 <(S_i - S_j)^2> = v (1 + phi + ... + phi^(m - 1))`, m = |i - j|. */
export interface MeanReversion {
  /** phi, in [0, 1]: 0 where the values are independent, 1 where they walk at random. */
  readonly correlation: number;
  /** v. */
  readonly scale: number;
}

/** Halvings of the interval in which the correlation is looked for. */
const HALVINGS = 30;

/**
 * The AR(1) process about a straight line that equally spaced values come from. phi is where their squared increments, over their squares, both of
 * the residuals about the least-squares line, have the expected ratio; v is where the increments have the expected size. Both expectations are exact
 * for so many points.
 *
 * @param known phi, where it is not to be estimated.
 * @returns undefined where the values are not finite or do not vary about a line.
 */
export function meanReversion(values: readonly number[], known?: number): MeanReversion | undefined {
  const residuals = aboutLine(values);
  const roughness = sumOfSquares(increments(residuals));
  const target = roughness / sumOfSquares(residuals);
  if (!Number.isFinite(target)) return undefined;
  const weights = lagWeights(values.length);
  const correlation = known ?? correlationAt(target, weights);
  return { correlation, scale: roughness / expectationsAt(correlation, weights).expectedRoughness };
}

/** The phi at which roughness over spread is expected to be so large; it falls as phi rises. */
function correlationAt(target: number, weights: LagWeights): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    const { expectedRoughness, expectedSpread } = expectationsAt(middle, weights);
    if (expectedRoughness / expectedSpread > target) low = middle;
    else high = middle;
  }
  return low;
}

/** `1/2 <(S_i - S_j)^2>` for |i - j| = 0, 1, ... below `lags`. */
export function halfVariogram({ correlation, scale }: MeanReversion, lags: number): number[] {
  let [power, half] = [1, 0];
  return Array.from({ length: lags }, () => {
    const value = scale * half;
    half += power;
    power *= correlation;
    return value;
  });
}

/** Weights w of the least-squares slope of equally spaced values, per place: `slope = sum w_i S_i`. */
export function slopeWeights(points: number): number[] {
  const centre = (points - 1) / 2;
  const offsets = Array.from({ length: points }, (_, index) => index - centre);
  const squares = sumOfSquares(offsets);
  return offsets.map((offset) => offset / squares);
}

const sumOfSquares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);

const increments = (values: readonly number[]): number[] =>
  values.slice(1).map((value, index) => value - (values[index] ?? NaN));

const dot = (left: readonly number[], right: readonly number[]): number =>
  right.reduce((sum, value, index) => sum + value * (left[index] ?? NaN), 0);

/** What is left of equally spaced values when their least-squares line is taken away. */
function aboutLine(values: readonly number[]): number[] {
  const centre = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const slope = dot(values, slopeWeights(values.length));
  return values.map((value, index) => value - mean - slope * (index - centre));
}

/** For each lag, the sum of the coefficients of `S_i S_j`, |i - j| = lag, in the squared residuals and in their squared increments. */
interface LagWeights {
  readonly spread: readonly number[];
  readonly roughness: readonly number[];
}

/** Those of so many points are always the same, and every decision asks for them. */
const KNOWN_WEIGHTS = new Map<number, LagWeights>();

function lagWeights(points: number): LagWeights {
  const known = KNOWN_WEIGHTS.get(points) ?? computedWeights(points);
  KNOWN_WEIGHTS.set(points, known);
  return known;
}

function computedWeights(points: number): LagWeights {
  const indices = Array.from({ length: points }, (_, index) => index);
  // By linearity the residuals of S are sums of S_j times those of a unit at j.
  const units = indices.map((at) => aboutLine(indices.map((index) => (index === at ? 1 : 0))));
  const steps = units.map(increments);
  const byLag = (vectors: readonly (readonly number[])[]): number[] =>
    indices.map((lag) =>
      vectors.reduce(
        (sum, one, index) =>
          sum +
          [...new Set([index - lag, index + lag])].reduce((own, other) => own + dot(one, vectors[other] ?? []), 0),
        0,
      ),
    );
  return { spread: byLag(units), roughness: byLag(steps) };
}

/** What the model expects for v = 1. Constants do not count in either sum, so that half the mean squared difference stands for minus the covariance. */
function expectationsAt(correlation: number, { spread, roughness }: LagWeights) {
  const halves = halfVariogram({ correlation, scale: 1 }, spread.length);
  return { expectedSpread: -dot(spread, halves), expectedRoughness: -dot(roughness, halves) };
}
