import { describeThrown } from '@fdr/training/compute';
import { estimateCurvature, type CurvatureRequest } from './estimate.js';
import type { CurvatureAnswer } from './start.js';

// Makes one estimate in a process of its own: ONNX Runtime blocks the thread that calls it.
async function answer(order: CurvatureRequest): Promise<CurvatureAnswer> {
  try {
    return { ok: true, record: await estimateCurvature(order) };
  } catch (error) {
    const { mistake, message, stack } = describeThrown(error);
    return { ok: false, reason: mistake ? message : stack };
  }
}

process.once('message', (order: CurvatureRequest) => {
  void answer(order).then((said) => process.send?.(said, () => process.exit(0)));
});
// Nobody is left who would keep what is found.
process.once('disconnect', () => process.exit(1));
