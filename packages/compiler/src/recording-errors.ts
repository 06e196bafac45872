/** A recorded function read the value of a tensor. */
export class ReadWhileRecordingError extends Error {
  override readonly name = 'ReadWhileRecordingError';
  constructor(shape: readonly number[]) {
    super(
      `A tensor of shape [${shape.join()}] was read (dataSync, data, array, print, ...) while its function was being recorded. ` +
        'It has no value yet: a recorded function may only compute with tensors. Return it as an output and read it after the run.',
    );
  }
}

/** A tensor that was made while one function was recorded is used in another one, or after the recording. */
export class StaleSymbolError extends Error {
  override readonly name = 'StaleSymbolError';
  constructor(shape: readonly number[]) {
    super(
      `A tensor of shape [${shape.join()}] was kept from an earlier recording (tf.keep, a closure, a property). ` +
        'It never had a value. Return it as a result of the function that made it, and pass that to this one.',
    );
  }
}

/** A recorded function drew a random number, which would be the same in every run. */
export class RandomWhileRecordingError extends Error {
  override readonly name = 'RandomWhileRecordingError';
  /** @param operation TensorFlow.js's function, if it is known */
  constructor(operation: string | undefined) {
    const what = operation === undefined ? 'Math.random()' : `tf.${operation} without a seed`;
    super(
      `${what} was called while its function was being recorded: every run would get the same numbers. ` +
        'Use randomUniform, randomNormal or dropout of @fdr/compiler, which draw anew in each run, or pass the numbers as an argument.',
    );
  }
}

/** A recorded function needs a kernel that is in none of the tables. */
export class MissingKernelError extends Error {
  override readonly name = 'MissingKernelError';
  /** TensorFlow.js's name of the kernel. */
  readonly kernel: string;

  /** @param operation TensorFlow.js's function that asked for the kernel, if it is known */
  constructor(kernel: string, shapes: Readonly<Record<string, readonly number[]>>, operation: string | undefined) {
    const inputs = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join()}]`);
    super(
      `The TensorFlow.js kernel "${kernel}" (inputs: ${inputs.join(', ') || 'none'}) can't be compiled` +
        `${operation === undefined ? '' : `; tf.${operation} asked for it`}. ` +
        `Write it with other operations, keep it outside of the compiled function, or supply it: registerKernel('${kernel}', ...) of @fdr/compiler.`,
    );
    this.kernel = kernel;
  }
}

/** Frames of a stack that are searched for the operation. */
const STACK_DEPTH = 60;

/**
 * The TensorFlow.js function that the program called, by the stack: the outermost one of those that called each other. TensorFlow.js names
 * the function behind `tf.topk` `topk_`; a bundler may have shortened that.
 */
export function calledOperation(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return [...stack.matchAll(/^\s*at (?:\w+\.)?([a-z]\w*[a-zA-Z0-9])_ \(/gm)].at(-1)?.[1];
}
