import type { EnvironmentVariables } from './data-folders.js';
import type { Dataset, ImageShape } from './dataset.js';

/** How far the download of a data set is. */
export interface FetchProgress {
  /** The data set's name. */
  readonly dataset: string;
  /** `download` counts bytes, `convert` counts files. */
  readonly stage: 'download' | 'convert';
  readonly done: number;
  readonly total: number;
}

/** Where a data set looks for its files, and how it downloads them. */
export interface LoadContext {
  /** Folders that may hold data sets, searched in this order. */
  readonly folders: readonly string[];
  /** The folder that downloaded data sets are kept in; searched last. */
  readonly cache: string;
  /** Called during a download, at most several times a second; never called where nothing is downloaded. */
  readonly progress: (progress: FetchProgress) => void;
  /** The variables that a download's own process gets. */
  readonly environment: EnvironmentVariables;
}

/** A data set with a name: a row of the registry. */
export interface DatasetDefinition {
  /** The name on the command line and in a run's configuration. */
  readonly name: string;
  /** The name in a sentence. */
  readonly title: string;
  /** Labels are 0 to `classes` - 1. */
  readonly classes: number;
  readonly imageShape: ImageShape;
  /**
   * Loads the data set. The result carries `name`, `classes` and `imageShape` of this definition.
   *
   * @throws DatasetError when the data are missing, damaged or others than expected
   */
  readonly load: (context: LoadContext) => Promise<Dataset>;
  /** Whether `load` finds the data set without a download; absent where `load` never downloads. */
  readonly isCached?: (context: LoadContext) => Promise<boolean>;
}
