import { squares, type Observable } from './observable.js';

/**
 * The full noise trace (3), `Tr C~ = |grad f^B|^2` at one step; its mean over mini-batches is the trace of the full two-point
 * noise matrix, the square of the full gradient included. Without momentum `O_R = 1/2 (1 - nu) eta Tr C~`.
 */
export const noiseTrace: Observable = {
  name: 'noiseTrace',
  meaning: 'full noise trace, Tr C~ = |grad f^B|^2 (3)',
  columns: 'tensors',
  measure: ({ gradients }) => squares(gradients),
};
