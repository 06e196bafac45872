import { randomState, uniform } from '../../src/random.js';
import type { ClassificationData, LabelledImages } from '../../src/training/classification.js';

/** Small images of three classes that overlap: each class is bright in a third of the twelve pixels, under noise. */
export function sampleImages(train = 60, test = 23): ClassificationData {
  const draw = (seed: number, count: number): LabelledImages => {
    const noise = uniform(randomState(seed, 'initialization'), count * 12, 90).values;
    const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
    const images = Uint8Array.from(noise, (value, position) => {
      const bright = Math.floor((position % 12) / 4) === labels[Math.floor(position / 12)];
      return Math.round(100 + value + (bright ? 40 : 0));
    });
    return { images, labels, count };
  };
  return {
    train: draw(1, train),
    test: draw(2, test),
    imageShape: [3, 4],
    classes: 3,
    normalization: { mean: 0.4, deviation: 0.2 },
  };
}

/** A perceptron for them. */
export const SAMPLE_WIDTHS = [12, 8, 6, 3] as const;
