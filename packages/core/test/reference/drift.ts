/** A window by its definition, from all that was sampled. */
interface SlowWindow {
  readonly look: number;
  /** After so many samples. */
  readonly end: number;
  readonly samples: number;
  /** By tensor, means of 16 blocks at most. */
  readonly distances: number[][];
}

/** |theta - theta_c|^2 over (t/2, t], theta_c = <theta> over (t/4, t/2], t = 4, 6, 8, 12, ... epochs of `perEpoch` samples. @param samples [time][tensor][element] */
export function slowWindows(samples: readonly (readonly (readonly number[])[])[], perEpoch: number): SlowWindow[] {
  const ends = [perEpoch, Math.ceil(1.5 * perEpoch)]
    .flatMap((first) => Array.from({ length: 12 }, (_, k) => 4 * first * 2 ** k))
    .filter((end) => end <= samples.length)
    .sort((left, right) => left - right);
  return ends.map((end, index) => {
    const centre = samples[0]!.map((tensor, t) =>
      tensor.map((_, i) => mean(samples.slice(end / 4, end / 2).map((theta) => theta[t]![i]!))),
    );
    const window = samples.slice(end / 2, end);
    const blocks = Math.min(16, window.length);
    const distances = centre.map((c, t) => {
      const lists = Array.from({ length: blocks }, (): number[] => []);
      window.forEach((theta, at) =>
        lists[Math.floor((at * blocks) / window.length)]!.push(
          theta[t]!.reduce((sum, value, i) => sum + (value - c[i]!) ** 2, 0),
        ),
      );
      return lists.map(mean);
    });
    return { look: index + 1, end, samples: window.length, distances };
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

type Matrix = readonly (readonly number[])[];

const product = (left: Matrix, right: Matrix): number[][] =>
  left.map((row) => right[0]!.map((_, column) => row.reduce((sum, value, k) => sum + value * right[k]![column]!, 0)));
const transposed = (matrix: Matrix): number[][] => matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
const trace = (matrix: Matrix): number => matrix.reduce((sum, row, index) => sum + row[index]!, 0);

/** The slope of equally spaced values, its standard errors and phi, by matrices: the covariance of an AR(1) process of variance 1, phi by a scan, and that of a random walk. */
export function slowSlope(values: readonly number[]) {
  const n = values.length;
  const times = values.map((_, i) => i - (n - 1) / 2);
  const squares = times.reduce((sum, t) => sum + t * t, 0);
  const identity = times.map((_, i) => times.map((__, j) => Number(i === j)));
  const residual = identity.map((row, i) => row.map((one, j) => one - 1 / n - (times[i]! * times[j]!) / squares));
  const increments = product(
    times.slice(1).map((_, i) => times.map((__, j) => Number(j === i + 1) - Number(j === i))),
    residual,
  );
  const covariance = (phi: number): Matrix => times.map((_, i) => times.map((__, j) => phi ** Math.abs(i - j)));
  const expected = (form: Matrix, phi: number) => trace(product(product(form, covariance(phi)), transposed(form)));
  const found = (form: Matrix) =>
    product(
      form,
      values.map((value) => [value]),
    ).reduce((sum, [x]) => sum + x! ** 2, 0);
  const target = found(increments) / found(residual);
  const off = (phi: number) => Math.abs(expected(increments, phi) / expected(residual, phi) - target);
  // Finer and finer around the best so far.
  let phi = 0.5;
  for (const width of [0.5, 0.02, 1e-3, 5e-5]) {
    const near = Array.from({ length: 51 }, (_, k) => Math.min(0.99999, Math.max(0, phi + width * (k / 25 - 1))));
    phi = near.reduce((best, each) => (off(each) < off(best) ? each : best));
  }
  // A random walk of increments of variance 1 begins anywhere: the slope's weights add up to nothing.
  const walk: Matrix = times.map((_, i) => times.map((__, j) => Math.min(i, j)));
  const walked = (form: Matrix) => trace(product(product(form, walk), transposed(form)));
  const scale = found(increments) / expected(increments, phi);
  const weights = [times.map((t) => t / squares)];
  return {
    slope: weights[0]!.reduce((sum, weight, i) => sum + weight * values[i]!, 0),
    error: Math.sqrt(scale * trace(product(product(weights, covariance(phi)), transposed(weights)))),
    walkError: Math.sqrt((found(increments) / walked(increments)) * walked(weights)),
    phi,
  };
}
