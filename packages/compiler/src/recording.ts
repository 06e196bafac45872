import * as tf from '@tensorflow/tfjs';
import { BACKEND, recorder } from './backend.js';
import { RecordedVariables, type VariableValue } from './recorded-variables.js';
import type { Recorder } from './recorder.js';
import { calledOperation, RandomWhileRecordingError } from './recording-errors.js';

/** A variable is a constant of the graph, with the numbers that it has now. */
const asConstant: VariableValue = (_, read) => ({ kind: 'values', values: read() });

/**
 * Runs `work` with the recording backend active, from an empty graph. `work` is synchronous, so no other code
 * runs on the recording backend. Afterwards the backend that was active before is active again, and all variables hold the values
 * that they had.
 *
 * @param variable what a variable stands for that `work` reads; by default its numbers become constants
 * @returns what `work` returns; tensors that it made are disposed
 * @throws RandomWhileRecordingError if `work` draws a random number
 */
export async function record<Result>(
  work: (recorder: Recorder, variables: RecordedVariables) => Result,
  variable: VariableValue = asConstant,
): Promise<Result> {
  await tf.ready();
  const previous = tf.getBackend();
  const backend = recorder();
  // setBackend takes effect before it returns its promise; to await it here would let other code run in between.
  void tf.setBackend(BACKEND);
  tf.engine().startScope('recording');
  backend.begin();
  const variables = new RecordedVariables(backend, variable);
  const { random } = Math;
  Math.random = () => {
    throw new RandomWhileRecordingError(calledOperation());
  };
  try {
    return work(backend, variables);
  } finally {
    Math.random = random;
    void tf.setBackend(previous);
    variables.restore();
    tf.engine().endScope();
    // What was kept of this graph must not get into the next one.
    backend.begin();
  }
}

/** The recorder if a function is being recorded right now. */
export const activeRecorder = (): Recorder | undefined => (tf.getBackend() === BACKEND ? recorder() : undefined);
