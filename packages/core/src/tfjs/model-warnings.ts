import type * as tf from '@tensorflow/tfjs';
import { growthWarnings } from '../training/requirements.js';
import type { TfOptimizer } from './tf-optimizer.js';

/** What may keep the two sides of (FDR1') apart, or bring them together for another reason than equilibrium: one sentence each. */
export function modelWarnings({ layers }: tf.LayersModel, { optimizer, weightDecay }: TfOptimizer): string[] {
  if (!optimizer.dynamics) return [];
  const isRegularized = layers.some(({ losses }) => losses.length > 0);
  const isNormalized = layers.some((layer) => layer.getClassName().includes('Normalization'));
  return [
    ...(isRegularized ? [] : growthWarnings(optimizer, weightDecay)),
    ...(isNormalized
      ? ['normalisation makes the weights before it scale-invariant: their theta . grad f is weight decay alone, and their ratio tells of their norms'] // prettier-ignore
      : []),
  ];
}
