import { randomBytes } from 'node:crypto';

const MIN_LENGTH = 22;
const MAX_LENGTH = 512;

/** @returns a new random token of 192 bits, 32 characters that need no escaping in a URL */
export function makeToken(): string {
  return randomBytes(24).toString('base64url');
}

/** @returns what is wrong with a token, without the token itself; undefined if it can be used */
export function tokenFault(token: string): string | undefined {
  if (token.length < MIN_LENGTH || token.length > MAX_LENGTH)
    return `must have ${MIN_LENGTH} to ${MAX_LENGTH} characters, not ${token.length}`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : 'must be of letters, digits and signs of ASCII, without spaces';
}
