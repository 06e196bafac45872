import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/failure.js';
import { readToken } from '../../src/options/token.js';
import { testFolder, trainOptions } from './read-options.js';

const TOKEN = 'a-token-of-22-characters';
const OTHER = 'another-token-of-30-characters';

describe('the token', async () => {
  const folder = await testFolder();

  it('is that of the file, else that of the environment, else none', async () => {
    const file = await folder.write('token', `${TOKEN}\n`);
    expect(readToken(file, { FDR_TOKEN: OTHER })).toBe(TOKEN);
    expect(readToken(undefined, { FDR_TOKEN: OTHER })).toBe(OTHER);
    expect(readToken(undefined, { FDR_TOKEN: '' })).toBeUndefined();
    expect(readToken(undefined, {})).toBeUndefined();
  });

  it('of a file is asked for on a loopback address too', async () => {
    const file = await folder.write('token', TOKEN);
    expect(await trainOptions('--token-file', file)).toMatchObject({ token: TOKEN, requireToken: true });
    expect(await trainOptions()).toMatchObject({ token: undefined, requireToken: false, allowedHosts: [] });
  });

  it('that cannot be read or used is refused, with its place and without a part of it', async () => {
    for (const text of ['secret', 'a secret with spaces in it', ''])
      for (const read of [
        async () => readToken(await folder.write('bad', text), {}),
        async () => (text === '' ? readToken(folder.path, {}) : readToken(undefined, { FDR_TOKEN: text })),
        async () => readToken(`${folder.path}/absent`, {}),
      ]) {
        const failure = await read().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(UserError);
        expect(String(failure)).toMatch(/FDR_TOKEN must|the token in ".*bad" must|--token-file ".*" can't be read/);
        expect(String(failure)).not.toContain('secret');
      }
  });
});
