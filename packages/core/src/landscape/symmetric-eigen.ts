import { itemAt } from '../item-at.js';

/** An eigenvalue, and its eigenvector of length 1. */
export interface Eigenpair {
  readonly value: number;
  readonly vector: readonly number[];
}

/** More sweeps than any matrix of a few dozen rows needs. */
const SWEEPS = 60;

/**
 * The eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub and Van Loan, section 8.5).
 *
 * @param matrix rows, symmetric.
 * @returns as many pairs as rows, in no order.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigenpair[] {
  const size = matrix.length;
  const rows = matrix.map((row) => Float64Array.from(row));
  const vectors = rows.map((_, index) => Float64Array.from({ length: size }, (_, other) => (index === other ? 1 : 0)));
  const scale = Math.max(...rows.map((row) => Math.max(...row.map(Math.abs))));
  const offDiagonal = () => Math.max(0, ...rows.flatMap((row, index) => [...row.subarray(0, index)].map(Math.abs)));
  for (let sweep = 0; sweep < SWEEPS && offDiagonal() > 1e-16 * scale; sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(rows, vectors, p, q);
  return vectors.map((vector, index) => ({ value: itemAt(itemAt(rows, index), index), vector: [...vector] }));
}

/** Makes the element (p, q) zero. `vectors` are rows. */
function rotate(rows: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const [atP, atQ] = [itemAt(rows, p), itemAt(rows, q)];
  const element = itemAt(atP, q);
  if (element === 0) return;
  const ratio = (itemAt(atQ, q) - itemAt(atP, p)) / (2 * element);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of rows) turn(row, p, row, q, cosine, sine);
  for (let column = 0; column < atP.length; column++) turn(atP, column, atQ, column, cosine, sine);
  const [vectorP, vectorQ] = [itemAt(vectors, p), itemAt(vectors, q)];
  for (let column = 0; column < vectorP.length; column++) turn(vectorP, column, vectorQ, column, cosine, sine);
}

/** `(x, y) <- (c x - s y, s x + c y)` for two elements. */
function turn(first: Float64Array, i: number, second: Float64Array, j: number, cosine: number, sine: number): void {
  const [x, y] = [itemAt(first, i), itemAt(second, j)];
  first[i] = cosine * x - sine * y;
  second[j] = sine * x + cosine * y;
}
