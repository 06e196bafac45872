type Matrix = readonly (readonly number[])[];

const times = (left: Matrix, right: Matrix): number[][] =>
  left.map((row) => right[0]!.map((_, column) => row.reduce((sum, value, k) => sum + value * right[k]![column]!, 0)));

const transposed = (matrix: Matrix): number[][] => matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));

/** S = A S A^T + Q, the sum of A^k Q A^k^T over all k, which each pass doubles the terms of. A must be stable. */
export function lyapunov(matrix: Matrix, added: Matrix): Matrix {
  let [power, sum] = [matrix, added];
  for (let pass = 0; pass < 20; pass++) {
    const later = times(times(power, sum), transposed(power));
    sum = sum.map((row, i) => row.map((value, j) => value + later[i]![j]!));
    power = times(power, power);
  }
  return sum;
}
