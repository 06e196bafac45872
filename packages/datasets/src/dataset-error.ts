/** The parts of a {@link DatasetError}'s message. */
export interface DatasetFault {
  /** The file or folder at fault. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** What the user can do about it. */
  readonly advice?: string | undefined;
}

/** Data that can't be used: the path, what was expected there, what was found. The message is one line. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly advice: string | undefined;

  constructor({ path, expected, found, advice }: DatasetFault, options?: ErrorOptions) {
    const ending = advice === undefined ? '' : `; ${advice}`;
    super(`${path}: expected ${expected}, found ${found}${ending}`, options);
    this.path = path;
    this.expected = expected;
    this.found = found;
    this.advice = advice;
  }
}

/**
 * Reports that a file or folder can't be read.
 *
 * @param error what the file system threw
 * @throws DatasetError with `error` as its cause; `error` itself when it is a DatasetError or a bug
 */
export function throwUnreadable(path: string, expected: string, error: unknown, advice?: string): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || error instanceof DatasetError) throw error;
  throw new DatasetError(
    { path, expected, found: FOUND[code] ?? `${code} while reading it`, advice },
    { cause: error },
  );
}

const FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'nothing there',
  ENOTDIR: 'a file where a folder should be',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'a symbolic link that leads back to itself',
  ENAMETOOLONG: 'a name too long for the file system',
  ERR_INVALID_ARG_VALUE: 'a name that no file can have',
};
