/** What npm's error messages come to. */
export interface NpmFailure {
  /** In one line. */
  readonly found: string;
  /** Whether trying again at once is of no use. */
  readonly final: boolean;
}

/**
 * Codes of what does not pass by itself (refused, not there, offline, certificates, disk, interrupted) and of what npm has
 * tried again itself (wrong bytes).
 */
const FINAL =
  /^(E4\d\d|ETARGET|ENOTFOUND|ECONNREFUSED|ENOTCACHED|EINTEGRITY|ENOSPC|EDQUOT|EROFS|EACCES|EPERM|NO_NPM|SIG[A-Z]+|.*(CERT|SIGNATURE).*)$/;

/**
 * Reads npm's standard error: lines that begin with `npm error` (`npm ERR!` before version 11), first a code, then words.
 */
export function npmFailure(said: string): NpmFailure {
  const lines = said
    .split('\n')
    .map((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line.trim())?.[1])
    .filter((line) => line !== undefined);
  const code = lines.map((line) => /^code (\S+)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const words = lines
    .find((line) => line !== '' && !/^(code|errno|syscall|path|cwd) /.test(line))
    ?.replace(/^(network|\d{3}) /, '');
  const found = [code, words].filter((part) => part !== undefined).join(': ');
  return { found: found === '' ? 'an error that it gave no word on' : found, final: FINAL.test(code ?? '') };
}
