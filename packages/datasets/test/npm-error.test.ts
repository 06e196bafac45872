import { describe, expect, it } from 'vitest';
import { parseNpmError } from '../src/npm-error.js';

describe('parseNpmError', () => {
  it.each<[string, string, boolean]>([
    [
      'npm error code E404\nnpm error 404 Not Found - GET http://a/b\nnpm error 404\n',
      'E404: Not Found - GET http://a/b',
      true,
    ],
    ['npm ERR! code ECONNRESET\nnpm ERR! network aborted\n', 'ECONNRESET: aborted', false],
    [
      'npm warn Unknown user config "x"\nnpm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\nnpm error network request failed',
      'ENOTFOUND: request failed',
      true,
    ],
    [
      'npm error code E500\nnpm error 500 Internal Server Error - GET http://a/',
      'E500: Internal Server Error - GET http://a/',
      false,
    ],
    [
      'npm error code SELF_SIGNED_CERT_IN_CHAIN\r\nnpm error request failed\r\n',
      'SELF_SIGNED_CERT_IN_CHAIN: request failed',
      true,
    ],
    ['npm error code EINTEGRITY\nnpm error sha512-a integrity', 'EINTEGRITY: sha512-a integrity', true],
    ['npm error code SIGINT\nnpm error npm was killed', 'SIGINT: npm was killed', true],
    ['npm error Cannot read properties of null', 'Cannot read properties of null', false],
    ['Killed', 'an error without a message', false],
    ['', 'an error without a message', false],
  ])('parses %j', (stderr, found, permanent) => {
    expect(parseNpmError(stderr)).toEqual({ found, permanent });
  });
});
