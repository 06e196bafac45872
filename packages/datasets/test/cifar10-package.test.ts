import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BINARY_FILES } from '../src/cifar10-folder.js';
import { convertPackage } from '../src/cifar10-package.js';
import { picture, smallImages, smallPackageFiles, smallRecords } from './cifar10-writer.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

describe('convertPackage', () => {
  it('converts pictures and labels into the files of the binary version', async () => {
    const folder = await temporaryFolder();
    const { 'package.json': manifest = '', ...files } = smallPackageFiles();
    expect(manifest).not.toBe('');
    await writeFiles(folder, files);
    const reported: string[] = [];
    await convertPackage(folder, '', (done, total) => void reported.push(`${done}/${total}`));
    expect((await readdir(folder)).sort()).toEqual([...BINARY_FILES].sort());
    for (const [file, bytes] of Object.entries(smallRecords())) {
      expect(Buffer.compare(await readFile(join(folder, file)), bytes), file).toBe(0);
    }
    expect(reported).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  const one = smallImages(0, 1);
  it.each<[string, string, Uint8Array | string | undefined, string | RegExp, string | RegExp]>([
    ['an HTML page for a picture', 'data_batch_3.png', '<html>', /a PNG image, 1024 pixels wide/, /an HTML page/],
    [
      'a picture that is cut',
      'test_batch.png',
      picture(one).subarray(0, 99),
      /a PNG image, 1024 pixels wide/,
      /a PNG image \(/,
    ],
    [
      'a narrow picture',
      'test_batch.png',
      picture(one, 512),
      /1024 pixels/,
      /512 x 2 pixels with 3 channels of 8 bits/,
    ],
    [
      'a grey picture',
      'test_batch.png',
      picture(one, 1024, 1),
      /red, green/,
      /1024 x 3 pixels with 1 channels of 8 bits/,
    ],
    ['too few labels', 'train_lables.json', '[1,2,3]', /^4 labels or more/, /^3$/],
    ['too many labels', 'test_lables.json', '[1,2,3]', /^2 labels$/, /^3$/],
    ['a label out of range', 'test_lables.json', '[1,10]', /labels 0 to 9/, /^10 at index 1$/],
    ['a label that is no integer', 'test_lables.json', '[1.5,1]', /labels 0 to 9/, /^1\.5 at index 0$/],
    ['an object for labels', 'test_lables.json', '{}', /labels 0 to 9/, /JSON that is not a list/],
    ['an HTML page for labels', 'test_lables.json', '<html>', /labels 0 to 9/, /an HTML page/],
    ['a missing picture', 'data_batch_4.png', undefined, /a PNG image, 1024 pixels wide/, 'nothing there'],
    ['missing labels', 'train_lables.json', undefined, /labels 0 to 9/, 'nothing there'],
  ])('refuses %s', async (_, file, content, expected, found) => {
    const folder = await temporaryFolder();
    const files = Object.entries({ ...smallPackageFiles(), [file]: content });
    await writeFiles(
      folder,
      Object.fromEntries(files.flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes]]))),
    );
    await expect(convertPackage(folder, 'do this', () => undefined)).rejects.toMatchObject({
      name: 'DatasetError',
      path: join(folder, file),
      expected: expect.stringMatching(expected),
      found: expect.stringMatching(found),
      advice: 'do this',
    });
  });
});
