import { InferenceSession } from 'onnxruntime-node';

/**
 * An ONNX Runtime session of a model.
 *
 * Numbers below 1.2e-38 are taken as 0. A processor computes with such denormal ones many times more slowly, and weights of pixels that are always
 * black decay into them, as do the moments of Adam and its kin: thirty epochs of AMSGrad on MNIST took twenty times as long.
 *
 * @param threads threads inside one operator, at least 1
 */
export const openSession = (model: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1' } },
  });
