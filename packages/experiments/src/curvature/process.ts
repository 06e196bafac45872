import { describeThrown } from '@fdr/training/compute';
import { estimateCurvature, type CurvatureRequest } from './estimate.js';
import type { CurvatureResponse } from './start.js';

// Computes one estimate in a process of its own, because ONNX Runtime blocks the thread that calls it.
async function respond(request: CurvatureRequest): Promise<CurvatureResponse> {
  try {
    return { ok: true, record: await estimateCurvature(request) };
  } catch (error) {
    const { mistake, message, stack } = describeThrown(error);
    return { ok: false, reason: mistake ? message : stack };
  }
}

process.once('message', (request: CurvatureRequest) => {
  void respond(request).then((response) => process.send?.(response, () => process.exit(0)));
});
// Without its parent nobody would store the estimate.
process.once('disconnect', () => process.exit(1));
