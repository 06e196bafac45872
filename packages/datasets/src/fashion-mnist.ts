import { join } from 'node:path';
import { findFolder } from './data-folders.js';
import type { DatasetDefinition } from './dataset-definition.js';
import { DatasetError } from './dataset-error.js';
import { loadIdxFolder } from './idx-folder.js';

/** Also the name of its folder. */
const NAME = 'fashion-mnist';
const TITLE = 'Fashion-MNIST';
const CLASSES = 10;

/** SHA-256 of the four files of Xiao, Rasul and Vollgraf (2017), unpacked. */
const SHA256 = {
  'train-images-idx3': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  'train-labels-idx1': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  't10k-images-idx3': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  't10k-labels-idx1': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
} as const;

/** Fashion-MNIST: 60,000 and 10,000 pictures of clothes of 28 x 28, from the first folder `fashion-mnist`. */
export const fashionMnist: DatasetDefinition = {
  name: NAME,
  title: TITLE,
  classes: CLASSES,
  imageShape: [28, 28],
  load: async ({ folders }) => {
    const folder = (await findFolder(folders, NAME)) ?? throwMissing(folders);
    return loadIdxFolder(folder, { name: NAME, classes: CLASSES, sha256: SHA256 });
  },
};

function throwMissing(folders: readonly string[]): never {
  throw new DatasetError({
    path: folders.map((folder) => join(folder, NAME)).join(', '),
    expected: `a folder with the four files of ${TITLE}`,
    found: 'nothing there',
    advice:
      "install Debian's package dataset-fashion-mnist, or download the files (github.com/zalandoresearch/fashion-mnist) " +
      `and give their folder instead of ${NAME}, or set FDR_DATA to the folder that holds a folder ${NAME}`,
  });
}
