import { cnn } from '../../src/models/cnn.js';
import { randomState, uniform } from '../../src/random.js';
import type { ClassificationData, LabelledImages } from '../../src/training/classification.js';

/** Rows and columns that do not divide by the pooling, two colours. */
export const PICTURE_SHAPE = [6, 5, 2] as const;

/** Small coloured pictures of three classes under noise: each class is bright in two of the six rows. */
export function samplePictures(train = 24, test = 11): ClassificationData {
  const draw = (seed: number, count: number): LabelledImages => {
    const noise = uniform(randomState(seed, 'initialization'), count * 60, 60).values;
    const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
    const images = Uint8Array.from(noise, (value, position) => {
      const bright = Math.floor((position % 60) / 20) === labels[Math.floor(position / 60)];
      return Math.round(100 + value + (bright ? 60 : 0));
    });
    return { images, labels, count };
  };
  return {
    train: draw(1, train),
    test: draw(2, test),
    imageShape: PICTURE_SHAPE,
    classes: 3,
    normalization: { mean: 0.5, deviation: 0.5 },
  };
}

/** A network for them: two convolutions of 3 x 3, 6 x 5 -> 3 x 2 -> 1 x 1. */
export const sampleCnn = () => cnn({ inputShape: PICTURE_SHAPE, channels: [3, 4], filter: 3, outputs: 3 });
