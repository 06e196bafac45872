/** A problem with a run folder that a person can solve, in one line: a bad id, a folder in use, a damaged file. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
}

/** The code of a file system error (`ENOENT`, `EEXIST`, ...), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a person can do about a file system's error. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the quota is used up; make room and try again',
  EROFS: 'the disk is read-only; copy the runs to one that can be written',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
};

/** The error of a folder that can't be written, in one line; one that a person can solve already stays as it is. */
export function writingError(folder: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof RunFolderError || code === undefined) return error;
  const advice = ADVICE[code];
  return new RunFolderError(`can't write to ${folder} (${code})${advice === undefined ? '' : `: ${advice}`}`, {
    cause: error,
  });
}
