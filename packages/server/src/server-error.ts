/** The server cannot start as configured. The message is one line: what failed, where, and what to do instead. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
