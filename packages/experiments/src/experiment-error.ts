/** An experiment cannot be planned or run as asked: one line that says what, expected, found, and what to do. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}
