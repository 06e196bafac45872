import { record } from './recording.js';
import { callGraph } from './call-graph.js';
import { callFeeds, callResult, feeds } from './feeds.js';
import { checkArrays, checkCall, type Executable, type Program, type TensorValues } from '@fdr/program';
import type { RecordedVariables } from './recorded-variables.js';
import type { Recorder } from './recorder.js';
import { recordStep } from './recorded-step.js';
import { openSession } from './session.js';
import { autotuneThreads } from './thread-autotuner.js';

/** Options of {@link compileProgram}. */
export interface CompileProgramOptions {
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
export async function compileProgram(
  program: Program,
  constants: TensorValues,
  { threads }: CompileProgramOptions,
): Promise<Executable> {
  const step = await record((recorder, variables) => {
    const recorded = recordStep(program, recorder);
    refuseSideEffects(program, recorder, variables);
    return recorded;
  });
  const model = callGraph(program, step);
  checkArrays(program, 'constants', constants);
  const constantFeeds = feeds(program, 'constants', constants);

  async function open(intraOpNumThreads: number): Promise<Executable> {
    const session = await openSession(model, intraOpNumThreads);
    return {
      run: async (call) => callResult(await session.run({ ...constantFeeds, ...callFeeds(program, call) })),
      dispose: () => session.release(),
    };
  }

  const tuned = await autotuneThreads(threads, open);
  let disposed = false;
  return {
    run: async (call) => {
      if (disposed) throw new Error(`${program.name}: run was called after dispose. Compile the program again.`);
      checkCall(program, call);
      return tuned.run(call);
    },
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await tuned.dispose();
    },
  };
}

/** A step of a program is a function of its arguments: what it would change elsewhere is lost in a graph. */
function refuseSideEffects({ name }: Program, recorder: Recorder, variables: RecordedVariables): void {
  const [assigned] = variables.assigned();
  if (assigned)
    throw new Error(
      `Program "${name}": the step assigned the variable "${assigned.variable.name}" (as a tf.Optimizer and batch normalisation do). ` +
        'Pass what changes as state and return it, or use compile(), which writes variables back.',
    );
  if (recorder.randomInputs.length > 0)
    throw new Error(`Program "${name}": the step draws random numbers. Pass them as inputs, one slice for each step.`);
}
