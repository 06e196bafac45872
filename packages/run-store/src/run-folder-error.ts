/** What a run folder refuses, in one line for the person who asked: a bad id, a folder in use, a damaged file. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
}

/** The code of a file system error (`ENOENT`, `EEXIST`, ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
