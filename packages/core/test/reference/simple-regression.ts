import { slowStudent } from './fieller.js';

/**
 * Intercept and slope of a straight line with their 95 % intervals, by the textbook's sums:
 *
 *     slope = Sxy / Sxx,   se(slope)^2 = s^2 / Sxx,   se(intercept)^2 = s^2 (1 / n + xbar^2 / Sxx),   s^2 = (Syy - slope Sxy) / (n - 2)
 */
export function slowLine(x: readonly number[], y: readonly number[]): { mean: number; low: number; high: number }[] {
  const count = x.length;
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const [xMean, yMean] = [average(x), average(y)];
  const products = (left: readonly number[], leftMean: number, right: readonly number[], rightMean: number) =>
    left.reduce((sum, value, index) => sum + (value - leftMean) * ((right[index] ?? NaN) - rightMean), 0);
  const sxx = products(x, xMean, x, xMean);
  const sxy = products(x, xMean, y, yMean);
  const slope = sxy / sxx;
  const variance = (products(y, yMean, y, yMean) - slope * sxy) / (count - 2);
  const factor = slowStudent(0.95, count - 2);
  const around = (mean: number, squaredError: number) => {
    const half = factor * Math.sqrt(squaredError);
    return { mean, low: mean - half, high: mean + half };
  };
  return [around(yMean - slope * xMean, variance * (1 / count + xMean ** 2 / sxx)), around(slope, variance / sxx)];
}
