import type { DatasetDefinition } from './dataset-definition.js';
import { SYNTHETIC_CLASSES, synthesize } from './synthesize.js';

const NAME = 'synthetic-color';
/** The shape of CIFAR-10's images. */
const IMAGE_SHAPE = [32, 32, 3] as const;

/** 4000 and 1000 synthetic color images of 32 x 32: see {@link synthesize}. */
export const syntheticColor: DatasetDefinition = {
  name: NAME,
  title: 'synthetic color images',
  classes: SYNTHETIC_CLASSES,
  imageShape: IMAGE_SHAPE,
  load: () => Promise.resolve(synthesize({ name: NAME, imageShape: IMAGE_SHAPE })),
};
