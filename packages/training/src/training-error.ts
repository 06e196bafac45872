/** A training cannot be prepared, resumed or run as asked: one line that says what, where, expected, found, and what to do. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}
