import { itemAt } from '../item-at.js';
import type { SpectralNode } from '../relations/spectral-prediction.js';
import { inRange } from '../validate.js';
import { symmetricEigen } from './symmetric-eigen.js';

/**
 * The spectral measure of a symmetric matrix H from a vector u by Lanczos iteration (Golub and Welsch 1969; Golub and Meurant 2010):
 *
 *     u . f(H) u  ~  sum_j weight_j f(curvature_j),
 *
 * exact for polynomials f of degree 2 k - 1 after k iterations, and for every f once the iterations span all that u does. Every new vector is made
 * orthogonal to all before it, twice, so that rounding brings no copies of eigenvalues.
 *
 * @param multiply H times a vector; it must be the same H each time.
 * @param start u, not zero.
 * @param iterations k, at least 1; fewer are done where they have spanned all.
 * @returns at most k nodes, by rising curvature; the weights sum to |u|^2.
 * @throws OptionError naming the option, its range and what was found.
 */
export async function lanczos(
  multiply: (vector: Float64Array) => Promise<Float64Array>,
  start: Float64Array,
  iterations: number,
): Promise<readonly SpectralNode[]> {
  inRange('iterations', iterations, { min: 1, integer: true });
  const length = Math.sqrt(inRange('|start|^2', dot(start, start), { above: 0 }));
  const basis = [scaled(start, 1 / length)];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let largest = 0;
  for (;;) {
    const vector = itemAt(basis, basis.length - 1);
    const product = await multiply(vector);
    diagonal.push(dot(vector, product));
    largest = Math.max(largest, Math.sqrt(dot(product, product)));
    if (diagonal.length === iterations) break;
    const rest = Float64Array.from(product);
    for (let pass = 0; pass < 2; pass++) for (const earlier of basis) subtract(rest, earlier, dot(earlier, rest));
    const norm = Math.sqrt(dot(rest, rest));
    // What is left is rounding: the basis spans all that u does.
    if (norm <= 1e-10 * largest) break;
    beside.push(norm);
    basis.push(scaled(rest, 1 / norm));
  }
  const size = diagonal.length;
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      if (row === column) return itemAt(diagonal, row);
      return Math.abs(row - column) === 1 ? itemAt(beside, Math.min(row, column)) : 0;
    }),
  );
  return symmetricEigen(matrix)
    .map(({ value, vector }) => ({ curvature: value, weight: (length * itemAt(vector, 0)) ** 2 }))
    .sort((a, b) => a.curvature - b.curvature);
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? NaN) * (right[index] ?? NaN);
  return sum;
}

const scaled = (vector: Float64Array, factor: number): Float64Array => vector.map((value) => factor * value);

function subtract(from: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < from.length; index++)
    from[index] = (from[index] ?? NaN) - factor * (vector[index] ?? NaN);
}
