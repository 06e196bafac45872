/** What npm's error messages amount to. */
interface NpmErrorSummary {
  /** One line. */
  readonly found: string;
  /** Whether another attempt right away would fail too. */
  readonly permanent: boolean;
}

/**
 * Codes of errors that last (forbidden, not found, offline, certificates, disk, killed) and of wrong bytes, for which npm
 * has tried again itself.
 */
const PERMANENT =
  /^(E4\d\d|ETARGET|ENOTFOUND|ECONNREFUSED|ENOTCACHED|EINTEGRITY|ENOSPC|EDQUOT|EROFS|EACCES|EPERM|NO_NPM|SIG[A-Z]+|.*(CERT|SIGNATURE).*)$/;

/**
 * Parses npm's standard error: lines that begin with `npm error` (`npm ERR!` before version 11), first a code, then a
 * message.
 */
export function parseNpmError(stderr: string): NpmErrorSummary {
  const lines = stderr
    .split('\n')
    .map((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line.trim())?.[1])
    .filter((line) => line !== undefined);
  const code = lines.map((line) => /^code (\S+)$/.exec(line)?.[1]).find((match) => match !== undefined);
  const message = lines
    .find((line) => line !== '' && !/^(code|errno|syscall|path|cwd) /.test(line))
    ?.replace(/^(network|\d{3}) /, '');
  const found = [code, message].filter((part) => part !== undefined).join(': ');
  return { found: found === '' ? 'an error without a message' : found, permanent: PERMANENT.test(code ?? '') };
}
