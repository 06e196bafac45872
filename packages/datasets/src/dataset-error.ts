/** What {@link DatasetError} says, piece by piece. */
export interface DatasetFault {
  /** The file or folder at fault. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** What to do about it, where something can be said. */
  readonly advice?: string;
}

/** Data that can't be used: where it lies, what was expected there, what was found. The message is one line. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly advice: string | undefined;

  constructor(fault: DatasetFault, options?: ErrorOptions) {
    const advice = fault.advice === undefined ? '' : `; ${fault.advice}`;
    super(`${fault.path}: expected ${fault.expected}, found ${fault.found}${advice}`, options);
    this.path = fault.path;
    this.expected = fault.expected;
    this.found = fault.found;
    this.advice = fault.advice;
  }
}

/** Turns an error of the file system into a {@link DatasetError}; anything else is a bug and is thrown on as it is. */
export function refuseUnreadable(path: string, expected: string, error: unknown, advice?: string): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || error instanceof DatasetError) throw error;
  const found = FOUND[code] ?? `${code} while reading it`;
  throw new DatasetError({ path, expected, found, ...(advice === undefined ? {} : { advice }) }, { cause: error });
}

const FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'nothing there',
  ENOTDIR: 'a file where a folder should be',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'a link that leads in a circle',
  ENAMETOOLONG: 'a name too long for the file system',
  ERR_INVALID_ARG_VALUE: 'a name that no file can have',
};
