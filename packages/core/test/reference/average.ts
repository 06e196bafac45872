/** The half-running average (15) of the first t values, as the paper writes it: indices from 1, `floor(t/2) < t' <= t`. */
export function slowHalfRunningAverage(values: readonly number[], t: number): number {
  let sum = 0;
  let count = 0;
  for (let index = Math.floor(t / 2) + 1; index <= t; index++) {
    sum += values[index - 1] as number;
    count++;
  }
  return sum / count;
}
