import type { ErrorRequestHandler } from 'express';

/** A request that can't be answered, by the client's own doing; the text travels to it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status, 400 to 499. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Answers errors as `{error}`. Of an error that is not the client's the client hears nothing: no stack, no path.
 *
 * @param report told of such errors
 */
export function answerErrors(report: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const status = clientStatus(error);
    if (status === undefined) report(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    const text = status === undefined ? 'the server failed' : 'the request makes no sense';
    response.status(status ?? 500).json({ error: error instanceof RequestError ? error.message : text });
  };
}

/** Express and its parsers throw errors with a status of their own, for a malformed address, say. */
function clientStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}
