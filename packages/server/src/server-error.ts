/** The server cannot start as asked: one line that says what, where, expected, found, and what to do. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
