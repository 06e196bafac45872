/** A problem with a run folder that a person can solve, in one line: a bad id, a folder in use, a damaged file. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
}

/** The code of a file system error (`ENOENT`, `EEXIST`, ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
