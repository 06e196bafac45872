import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar10From } from '../src/cifar10.js';
import { BINARY_FOLDER } from '../src/cifar10-folder.js';
import { defaultCache, defaultFolders } from '../src/data-folders.js';
import type { Dataset } from '../src/dataset.js';
import type { DatasetDefinition, LoadContext } from '../src/dataset-definition.js';
import { DatasetError } from '../src/dataset-error.js';
import { DATASET_NAMES, DATASETS, findDataset } from '../src/registry.js';
import { smallPackage, smallRecords } from './cifar10-writer.js';
import { npmEnvironment } from './npm-registry.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

/** The folders of this machine, and no network: port 1 takes no connection. */
const CONTEXT: LoadContext = {
  folders: defaultFolders(process.env),
  cache: defaultCache(process.env, process.platform, homedir()),
  environment: npmEnvironment('http://127.0.0.1:1/'),
  progress: () => undefined,
};

/** Loads a data set; undefined where this machine does not have it. */
async function loadIfThere({ load, isCached }: DatasetDefinition): Promise<Dataset | undefined> {
  if (isCached !== undefined && !(await isCached(CONTEXT))) return undefined;
  return load(CONTEXT).catch((error: unknown) => {
    if (error instanceof DatasetError && error.found === 'nothing there') return undefined;
    throw error;
  });
}

/** Asserts what every data set promises. */
function expectContract(dataset: Dataset, { name, classes, imageShape }: DatasetDefinition): void {
  expect([dataset.name, dataset.classes, ...dataset.imageShape]).toEqual([name, classes, ...imageShape]);
  const length = imageShape.reduce<number>((product, side) => product * side, 1);
  for (const { images, labels, count } of [dataset.train, dataset.test]) {
    expect(count).toBeGreaterThan(0);
    expect([images.length, labels.length]).toEqual([count * length, count]);
    expect(labels.filter((label) => label >= classes).length).toBe(0);
  }
  const { mean, deviation } = dataset.normalization;
  expect(mean).toBeGreaterThan(0);
  expect(mean).toBeLessThan(1);
  expect(deviation).toBeGreaterThan(0);
  expect(deviation).toBeLessThan(1);
}

describe('the registry of data sets', () => {
  it('finds each data set by its name, and nothing by any other name', () => {
    for (const definition of DATASETS) expect(findDataset(definition.name)).toBe(definition);
    for (const name of ['imagenet', 'constructor', 'MNIST', '']) expect(findDataset(name)).toBe(undefined);
  });

  it('keeps the names that stored runs carry', () => {
    const stored = ['mnist', 'fashion-mnist', 'cifar10', 'synthetic', 'synthetic-color'];
    expect(DATASET_NAMES).toEqual(expect.arrayContaining(stored));
  });

  it.each(DATASETS)('has a word for the command line and a title of its own: $name, $title', ({ name, title }) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(DATASETS.filter((other) => other.title === title).length).toBe(1);
  });
});

describe('a data set loads as it is defined:', () => {
  it.for(DATASETS)('$name', async (definition, { skip }) => {
    const dataset = await loadIfThere(definition);
    if (dataset === undefined) return skip('this machine does not have it');
    expectContract(dataset, definition);
    for (const { labels } of [dataset.train, dataset.test]) expect(new Set(labels).size).toBe(definition.classes);
  });

  it('cifar10 from small files', async () => {
    const { source } = await smallPackage();
    const definition = cifar10From(source);
    const cache = await temporaryFolder();
    await mkdir(join(cache, BINARY_FOLDER));
    await writeFiles(join(cache, BINARY_FOLDER), smallRecords());
    const context = { ...CONTEXT, folders: [], cache };
    expect(await definition.isCached?.(context)).toBe(true);
    expectContract(await definition.load(context), definition);
  });
});
