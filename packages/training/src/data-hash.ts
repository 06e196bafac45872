import { createHash } from 'node:crypto';
import type { Dataset } from '@fdr/datasets';

/** SHA-256 of a data set: its shape, and all examples and labels in their order. */
export function dataHash({ imageShape, classes, train, test }: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify([imageShape, classes, train.count, test.count]));
  for (const { images, labels } of [train, test]) hash.update(images).update(labels);
  return hash.digest('hex');
}
