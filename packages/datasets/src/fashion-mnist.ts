import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { loadIdxFolder } from './idx-folder.js';

/** SHA-256 of the four files of Xiao, Rasul and Vollgraf (2017), unpacked. */
const SHA256 = {
  'train-images-idx3': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  'train-labels-idx1': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  't10k-images-idx3': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  't10k-labels-idx1': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
} as const;

const NAME = 'fashion-mnist';

/**
 * Fashion-MNIST, 60,000 and 10,000 pictures of clothes of 28 x 28, from the first of the folders that holds
 * a folder `fashion-mnist`.
 */
export async function loadFashionMnist(folders: readonly string[]): Promise<Dataset> {
  for (const folder of folders) {
    const place = join(folder, NAME);
    const there = await stat(place).catch(() => undefined);
    if (there !== undefined) return loadIdxFolder(NAME, place, SHA256);
  }
  throw new DatasetError({
    path: folders.map((folder) => join(folder, NAME)).join(', '),
    expected: 'a folder with the four files of Fashion-MNIST',
    found: 'nothing there',
    advice:
      "install Debian's package dataset-fashion-mnist, or get the files (github.com/zalandoresearch/fashion-mnist) and " +
      'name their folder in place of fashion-mnist, or set FDR_DATA to the folder above it',
  });
}
