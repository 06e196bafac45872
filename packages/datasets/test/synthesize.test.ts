import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadDataset, normalizationOf, synthesize, type Dataset } from '../src/index.js';

const digest = ({ train, test }: Dataset) => {
  const hash = createHash('sha256');
  for (const { images, labels } of [train, test]) hash.update(images).update(labels);
  return hash.digest('hex');
};

/** Share of the test images whose nearest point, by squared distance, has the right label. */
function nearestPointAccuracy({ test }: Dataset, points: readonly Float64Array[], labels: readonly number[]): number {
  let right = 0;
  for (let example = 0; example < test.count; example++) {
    const image = test.images.subarray(example * 784, (example + 1) * 784);
    const distances = points.map((point) => image.reduce((sum, pixel, index) => sum + (pixel - point[index]!) ** 2, 0));
    right += Number(labels[distances.indexOf(Math.min(...distances))] === test.labels[example]);
  }
  return right / test.count;
}

function classMeans({ train }: Dataset): Float64Array[] {
  const sums = Array.from({ length: 10 }, () => new Float64Array(784));
  train.images.forEach((pixel, index) => {
    sums[train.labels[Math.floor(index / 784)]!]![index % 784]! += pixel / (train.count / 10);
  });
  return sums;
}

describe('synthesize', () => {
  it('gives the same bytes for the same options on every machine', async () => {
    expect(digest(await loadDataset('synthetic'))).toBe(
      'df99db807b0778d8d5aef62309fc5b6b47d91e52cd7d86957dad2e504807700a',
    );
    expect(digest(synthesize({ seed: 2 }))).not.toBe(digest(synthesize()));
  });

  it('has the given counts, equally many examples of each class, and its own normalization', () => {
    const data = synthesize({ seed: 0xffff_ffff, trainCount: 200, testCount: 50 });
    expect([data.train.count, data.test.count]).toEqual([200, 50]);
    expect([data.train.images.length, data.test.images.length]).toEqual([200 * 784, 50 * 784]);
    for (let label = 0; label < 10; label++) expect(data.train.labels.filter((one) => one === label).length).toBe(20);
    expect(data.normalization).toEqual(normalizationOf(data.train.images));
  });

  it('makes color images whose channels lie side by side and differ', () => {
    const options = { name: 'synthetic-color', imageShape: [32, 32, 3], trainCount: 200, testCount: 20 } as const;
    const { name, train, imageShape } = synthesize(options);
    expect([name, ...imageShape]).toEqual(['synthetic-color', 32, 32, 3]);
    expect(train.images.length).toBe(200 * 32 * 32 * 3);
    // Neighbours of one channel belong to one smooth pattern, channels of one pixel to colors drawn at random.
    const { images } = train;
    const distance = (lag: number) =>
      images.subarray(lag).reduce((sum, byte, index) => sum + Math.abs(byte - images[index]!), 0) / images.length;
    expect(distance(3)).toBeLessThan(0.8 * distance(1));
    expect(distance(3)).toBeLessThan(0.8 * distance(2));
  });

  it('can be learned, but not by class means alone', () => {
    const data = synthesize({ trainCount: 1500, testCount: 300 });
    const byMeans = nearestPointAccuracy(data, classMeans(data), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const images = Array.from({ length: data.train.count }, (_, example) =>
      Float64Array.from(data.train.images.subarray(example * 784, (example + 1) * 784)),
    );
    const byNeighbours = nearestPointAccuracy(data, images, [...data.train.labels]);
    // Chance is 0.1.
    expect(byMeans).toBeGreaterThan(0.35);
    expect(byMeans).toBeLessThan(0.65);
    expect(byNeighbours).toBeGreaterThan(byMeans + 0.15);
    expect(byNeighbours).toBeLessThan(0.95);
  });

  it.each([
    ['seed', { seed: 1.5 }, 'seed must be an integer from 0 to 4294967295, not 1.5'],
    ['seed', { seed: -1 }, 'not -1'],
    ['trainCount', { trainCount: 0 }, 'trainCount must be an integer from 1 to 1000000, not 0'],
    ['imageShape', { imageShape: [32, 0, 3] as const }, 'imageShape must be an integer from 1 to 256, not 0'],
    ['testCount', { testCount: NaN }, 'testCount must be an integer from 1 to 1000000, not NaN'],
  ])('throws a RangeError for a wrong %s', (_, options, message) => {
    expect(() => synthesize(options)).toThrow(message);
  });
});
