import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idx } from '../../../packages/datasets/test/idx-writer.js';

const CLASSES = 10;
const SIDE = 4;

/** Writes a data set so small that a training is little more than its own start: 200 and 50 images of 4 x 4, in the files of MNIST. */
export function writeTinyImages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of Object.entries({ train: 200, t10k: 50 })) {
    const labels = Uint8Array.from({ length: count }, (_, index) => index % CLASSES);
    // Bright where pixel and class agree, and as uneven as the bits of a product are.
    const pixels = Uint8Array.from({ length: count * SIDE * SIDE }, (_, index) => {
      const image = Math.floor(index / (SIDE * SIDE));
      const isBright = (index % (SIDE * SIDE)) % CLASSES === image % CLASSES;
      return (isBright ? 150 : 20) + ((Math.imul(index + 1, 0x9e3779b1) >>> 16) % 100);
    });
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([count, SIDE, SIDE], pixels));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([count], labels));
  }
}
