import { readFileSync } from 'node:fs';
import { tokenFault } from '@fdr/server';
import { UserError } from '../failure.js';
import { formatValue } from './parse-option.js';

/** The variable of the environment that may hold the token. */
export const TOKEN_VARIABLE = 'FDR_TOKEN';

/**
 * The token that somebody chose, of a file or of the environment. There is no flag for the token itself, because every user of a machine can
 * read the command lines of its processes.
 *
 * @param file undefined: the environment is asked
 * @returns undefined where neither has one
 * @throws UserError if the file can't be read, or the token can't be used; the message has no part of the token
 */
export function readToken(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const source = file === undefined ? TOKEN_VARIABLE : `the token in ${formatValue(file)}`;
  const token = file === undefined ? environment[TOKEN_VARIABLE] : readTokenFile(file);
  if (token === undefined || (file === undefined && token === '')) return undefined;
  const fault = tokenFault(token);
  if (fault !== undefined) throw new UserError(`${source} ${fault}; a good one: openssl rand -hex 24`);
  return token;
}

/** The file's text without the end of its line. It may be a pipe, as a shell makes one for `<(pass fdr)`. */
function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UserError(
      `--token-file ${formatValue(path)} can't be read (${code}): it must be a file with the token in one line`,
      { cause: error },
    );
  }
}
