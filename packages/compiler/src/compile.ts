import { InferenceSession } from 'onnxruntime-node';
import { record } from './backend.js';
import { callGraph } from './call-graph.js';
import { callFeeds, callResult, feeds } from './feeds.js';
import { checkArrays, checkCall, type Executable, type Program, type TensorValues } from '@fdr/program';
import { recordStep } from './recorded-step.js';
import { autotuneThreads } from './thread-autotuner.js';

/** Options of {@link compile}. */
export interface CompileOptions {
  /**
   * The number of ONNX Runtime's threads inside one operator, at least 1. The same number gives the same bits. A single thread
   * takes over where it is faster and gives the same bits.
   */
  readonly threads: number;
}

/**
 * Turns a pure step function into one ONNX Runtime call over many steps.
 *
 * The step is called once, on symbols; every kernel that TensorFlow.js asks for, gradients included, becomes an ONNX
 * node; the whole becomes the body of a Scan.
 *
 * @param constants the arrays of `program.constants`. No copy is made of them, now or later, so they must not change.
 * @throws MissingKernelError if the step needs a kernel that can't be recorded.
 * @throws ReadWhileRecordingError if the step reads a value.
 * @throws Error if the step does not return the program's state, or a constant is missing or does not fit.
 */
export async function compile(
  program: Program,
  constants: TensorValues,
  { threads }: CompileOptions,
): Promise<Executable> {
  const step = await record((recorder) => recordStep(program, recorder));
  const model = callGraph(program, step);
  checkArrays(program, 'constants', constants);
  const constantFeeds = feeds(program, 'constants', constants);

  async function open(intraOpNumThreads: number): Promise<Executable> {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    return {
      run: async (call) => callResult(await session.run({ ...constantFeeds, ...callFeeds(program, call) })),
      dispose: () => session.release(),
    };
  }

  const tuned = await autotuneThreads(threads, open);
  return {
    run: async (call) => {
      checkCall(program, call);
      return tuned.run(call);
    },
    dispose: () => tuned.dispose(),
  };
}
