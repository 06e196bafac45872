import type { ErrorRequestHandler } from 'express';

/** A request that cannot be answered because of a mistake of the client. The message is sent to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  /** HTTP status, 400 to 499. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Answers every error as JSON, `{ error }`. Errors of the server itself are answered with 500 and a fixed text, so that no
 * stack and no path reaches the client.
 *
 * @param onError called with the errors of the server itself
 * @returns the last handler of an Express app
 */
export function createErrorHandler(onError: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const status = clientErrorStatus(error);
    if (status === undefined) onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    const fallback = status === undefined ? 'the server failed' : 'bad request';
    response.status(status ?? 500).json({ error: error instanceof HttpError ? error.message : fallback });
  };
}

/** Express and its parsers throw errors with a `status` of their own, for example for a malformed URL. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}
