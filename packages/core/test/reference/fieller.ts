/** Fieller's interval and what it is made of, slow and obvious: integrals by Simpson's rule, roots by bisection. */

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Squared standard error of the mean. */
const squaredError = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length;

/** Where a function that is below zero at `inside` and above at `outside` changes its sign. */
function bisect(of: (x: number) => number, inside: number, outside: number): number {
  let [below, above] = [inside, outside];
  for (let halving = 0; halving < 200; halving++) {
    const middle = (below + above) / 2;
    if (of(middle) < 0) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

/**
 * Student's t with `P(|T| < t) = level`. With x = sqrt(nu) tan(angle) the density is `cos(angle)^(nu - 1)` up to a factor, on
 * (-pi/2, pi/2).
 */
export function slowStudent(level: number, degrees: number): number {
  const integral = (to: number): number => {
    const parts = 2000;
    const width = to / parts;
    const density = (index: number) => Math.max(Math.cos(index * width), 0) ** (degrees - 1);
    let sum = density(0) + density(parts);
    for (let index = 1; index < parts; index++) sum += (index % 2 === 1 ? 4 : 2) * density(index);
    return (sum * width) / 3;
  };
  const whole = integral(Math.PI / 2);
  return Math.sqrt(degrees) * Math.tan(bisect((angle) => integral(angle) / whole - level, 0, Math.PI / 2));
}

/** `(n - r d)^2 - t^2 (s_n^2 + r^2 s_d^2)` as a function of r: at most 0 for the ratios that the samples do not exclude. */
export function fiellerInequality(
  numerators: readonly number[],
  denominators: readonly number[],
  level: number,
): (ratio: number) => number {
  const [n, d] = [mean(numerators), mean(denominators)];
  const [ofN, ofD] = [squaredError(numerators), squaredError(denominators)];
  const scaled = (n / d) ** 2 * ofD;
  // Welch and Satterthwaite, of n - (n / d) d.
  const degrees = (ofN + scaled) ** 2 / (ofN ** 2 / (numerators.length - 1) + scaled ** 2 / (denominators.length - 1));
  const t = slowStudent(level, degrees);
  return (ratio) => (n - ratio * d) ** 2 - t ** 2 * (ofN + ratio ** 2 * ofD);
}

/** The ends of the interval of ratios that the samples do not exclude, by bisection from the estimate outwards. */
export function slowFieller(
  numerators: readonly number[],
  denominators: readonly number[],
  level: number,
): readonly [low: number, high: number] {
  const inequality = fiellerInequality(numerators, denominators, level);
  const estimate = mean(numerators) / mean(denominators);
  const end = (direction: 1 | -1): number => {
    let step = 1e-3;
    while (inequality(estimate + direction * step) < 0) step *= 2;
    return bisect(inequality, estimate, estimate + direction * step);
  };
  return [end(-1), end(1)];
}
