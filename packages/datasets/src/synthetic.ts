import type { DatasetDefinition } from './dataset-definition.js';
import { SYNTHETIC_CLASSES, synthesize } from './synthesize.js';

const NAME = 'synthetic';
/** The shape of MNIST's images. */
const IMAGE_SHAPE = [28, 28] as const;

/** 4000 and 1000 synthetic grey images of 28 x 28, made in a second: see {@link synthesize}. */
export const synthetic: DatasetDefinition = {
  name: NAME,
  title: 'synthetic grey images',
  classes: SYNTHETIC_CLASSES,
  imageShape: IMAGE_SHAPE,
  load: () => Promise.resolve(synthesize({ name: NAME, imageShape: IMAGE_SHAPE })),
};
