import { InferenceSession } from 'onnxruntime-node';

/**
 * An ONNX Runtime session of a model.
 *
 * @param threads threads inside one operator, at least 1
 */
export const openSession = (model: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
