import { describe, expect, it } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import type { LabelledImages } from '../src/training/classification.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { chunkSize } from '../src/training/example-pass.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { distance } from './reference/closeness.js';
import { plainGradients, plainLogits, plainLoss, type PlainExample } from './reference/perceptron.js';

const examples = ({ images, labels, count }: LabelledImages): PlainExample[] =>
  Array.from({ length: count }, (_, position) => ({
    label: labels[position]!,
    pixels: [...images.subarray(position * 12, (position + 1) * 12)].map((byte) => (byte / 255 - 0.4) / 0.2),
  }));

const accuracy = (parameters: number[][], all: readonly PlainExample[]): number =>
  all.filter(({ pixels, label }) => {
    const logits = plainLogits(SAMPLE_WIDTHS, parameters, pixels);
    return logits.indexOf(Math.max(...logits)) === label;
  }).length / all.length;

describe('the evaluation at an epoch end', () => {
  it('is what plain numbers say, over all of the data and with the L2 term, in several chunks', async () => {
    // 260 examples do not fit one chunk, nor do they divide into equal ones.
    const data = sampleImages(260, 33);
    expect(260 % chunkSize(260)).toBeGreaterThan(0);
    const model = mlp(SAMPLE_WIDTHS);
    const task = classificationTask({ model, data, batchSize: 10 });
    const evaluator = await task.evaluator(eagerExecutor('cpu'), 0.02);
    const parameters = slotValues('parameters', model.parameters, initialParameters(model.parameters, 4));
    const found = await evaluator.evaluate(parameters);
    await evaluator.dispose();

    const plain = parameters.map((values) => [...values]);
    const [train, test] = [examples(data.train), examples(data.test)];
    const gradient = plainGradients(SAMPLE_WIDTHS, plain, train, 0.02).flat();
    expect(distance([found.trainLoss], [plainLoss(SAMPLE_WIDTHS, plain, train, 0.02)])).toBeLessThan(1e-6);
    expect(distance([found.testLoss], [plainLoss(SAMPLE_WIDTHS, plain, test, 0.02)])).toBeLessThan(1e-6);
    expect(found.trainAccuracy).toBe(accuracy(plain, train));
    expect(found.testAccuracy).toBe(accuracy(plain, test));
    const squares = gradient.reduce((sum, value) => sum + value ** 2, 0);
    expect(distance([found.gradientNormSquared], [squares])).toBeLessThan(1e-5);
  });

  it('takes chunks that leave few examples to fill up', () => {
    expect(chunkSize(23)).toBe(23);
    expect(chunkSize(250)).toBe(250);
    expect(chunkSize(60_000)).toBe(250);
    expect(chunkSize(10_000)).toBe(250);
    // 1,009 is prime: of 150 to 250, 5 x 202 leaves one example to fill up.
    expect(chunkSize(1_009)).toBe(202);
  });
});
