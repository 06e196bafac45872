/** An experiment cannot be planned or run as asked. Its message is one line: what is wrong, what was expected, what was found. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}
