import { OptionError } from '../validate.js';
import { CONFIDENCE, studentFactor, type Interval } from './confidence.js';

/**
 * The coefficients b of the linear model `y = X b + noise` by least squares, with their confidence intervals (Student):
 *
 *     b = (X'X)^-1 X'y,   se_j = sqrt((X'X)^-1_jj |y - X b|^2 / (n - k)),   b_j +- t_{n-k} se_j
 *
 * Noise that is proportional to a known scale is made equal by dividing a row and its value by that scale.
 *
 * @param rows X, `[n, k]`; the columns are linearly independent.
 * @param values y, `[n]`.
 * @param level in (0, 1); 0.95 by default.
 * @returns one interval a column, unbounded where n = k.
 * @throws OptionError if there are fewer rows than columns, or columns depend on each other.
 */
export function leastSquares(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  level: number = CONFIDENCE,
): Interval[] {
  const count = rows[0]?.length ?? 0;
  const freedom = rows.length - count;
  if (count === 0 || freedom < 0) throw new OptionError('rows.length', `at least ${Math.max(1, count)}`, rows.length);
  const columns = Array.from({ length: count }, (_, index) => rows.map((row) => row[index] ?? NaN));
  // Columns of length 1 keep the normal equations well conditioned.
  const norms = columns.map((column) => Math.sqrt(dot(column, column)));
  const unit = columns.map((column, index) => column.map((entry) => entry / (norms[index] ?? NaN)));
  const inverse = inverseOf(unit.map((left) => unit.map((right) => dot(left, right))));
  const projections = unit.map((column) => dot(column, values));
  const coefficients = inverse.map((row) => dot(row, projections));
  const residuals = values.map((value, index) => value - dot(coefficients, rowOf(unit, index)));
  const variance = dot(residuals, residuals) / freedom;
  return coefficients.map((coefficient, index) => {
    const norm = norms[index] ?? NaN;
    const mean = coefficient / norm;
    if (freedom === 0) return { mean, low: -Infinity, high: Infinity };
    const error = Math.sqrt(variance * (inverse[index]?.[index] ?? NaN)) / norm;
    const half = studentFactor(level, freedom) * error;
    return { mean, low: mean - half, high: mean + half };
  });
}

const dot = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? NaN), 0);

const rowOf = (columns: readonly (readonly number[])[], index: number): number[] =>
  columns.map((column) => column[index] ?? NaN);

/** Smallest pivot of the correlations between unit columns that still counts as independence. */
const LEAST_PIVOT = 1e-12;

/** The inverse of a positive definite matrix, by Gauss-Jordan elimination. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, index) => [...row, ...row.map((_, column) => (column === index ? 1 : 0))]);
  for (const [index, pivotRow] of work.entries()) {
    const pivot = pivotRow[index] ?? NaN;
    if (!(pivot > LEAST_PIVOT)) throw new OptionError('rows', 'columns that do not depend on each other', pivot);
    const scaled = pivotRow.map((entry) => entry / pivot);
    for (const [other, row] of work.entries()) {
      const factor = row[index] ?? NaN;
      work[other] = other === index ? scaled : row.map((entry, column) => entry - factor * (scaled[column] ?? NaN));
    }
  }
  return work.map((row) => row.slice(size));
}
