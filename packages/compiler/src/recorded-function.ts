import * as tf from '@tensorflow/tfjs';
import { elementOf } from './element-type.js';
import { leaves, withLeaves } from './nested.js';
import { encodeModel, type ElementType, type OnnxValue } from './onnx.js';
import type { RandomInput } from './random-inputs.js';
import { record } from './recording.js';
import { simplify } from './simplify.js';

/** What a value of a graph is for TensorFlow.js. */
export interface TensorValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** A variable, and the value of the graph that stands for it. */
interface VariableSlot extends TensorValue {
  readonly variable: tf.Variable;
}

/** A function as an ONNX model. */
export interface RecordedFunction<Result> {
  /** The model's bytes. */
  readonly model: Uint8Array;
  /** The inputs of the function's arguments, in the order of their leaves. */
  readonly arguments: readonly TensorValue[];
  /** The inputs of the variables that the function reads. */
  readonly read: readonly VariableSlot[];
  /** The outputs that the function's variables get. */
  readonly assigned: readonly VariableSlot[];
  /** The inputs that each run draws anew. */
  readonly random: readonly RandomInput[];
  /** The outputs of the function's results, in the order of their leaves. */
  readonly results: readonly TensorValue[];
  /** The nesting of the results; its tensors have no values. */
  readonly structure: Result;
}

/**
 * Calls a function once, on symbols, and writes what it computes as a flat ONNX model. Variables that it reads
 * become inputs, those that it assigns outputs.
 */
export function recordFunction<Arguments extends readonly unknown[], Result>(
  fn: (...given: Arguments) => Result,
  examples: Arguments,
): Promise<RecordedFunction<Result>> {
  const read: VariableSlot[] = [];
  const taken = leaves(examples).map(([path, { shape, dtype }]) => ({ name: `arguments/${path}`, shape, dtype }));
  return record(
    (recorder, variables) => {
      const symbols = taken.map(({ name, shape, dtype }) => recorder.symbol(name, shape, dtype, elementOf(dtype)));
      const structure = fn(...withLeaves(examples, symbols));
      if (structure instanceof Promise)
        throw new TypeError('The function returned a promise; expected tensors. A compiled function is synchronous.');
      const { graph } = recorder;
      const named = (name: string, tensor: tf.TensorInfo): TensorValue => {
        graph.addIdentity(recorder.operand(tensor), name);
        return { name, shape: [...tensor.shape], dtype: tensor.dtype };
      };
      const results = leaves(structure).map(([path, tensor]) => named(`results/${path}`, tensor));
      const assigned = variables
        .assigned()
        .map(({ variable, held }, i) => ({ variable, ...named(`assigned/${i}/${variable.name}`, held) }));
      const random = recorder.randomInputs;
      const outputs = [...results, ...assigned];
      const nodes = simplify(
        graph,
        outputs.map(({ name }) => name),
      );
      const drawn = random.map((input) => ({ ...input, dtype: 'float32' as const }));
      const model = encodeModel({
        name: fn.name || 'function',
        nodes,
        constants: graph.constants,
        inputs: [...taken, ...read, ...drawn].map(onnxValue),
        outputs: outputs.map(onnxValue),
      });
      return { model, arguments: taken, read, assigned, random, results, structure };
    },
    (variable) => {
      const { shape, dtype } = variable;
      const name = `variables/${read.length}/${variable.name}`;
      const element = elementOf(dtype);
      read.push({ name, shape, dtype, variable });
      return { kind: 'node', name, element, layout: 'channels-last' };
    },
  );
}

const onnxValue = ({ name, shape, dtype }: TensorValue): OnnxValue => ({
  name,
  element: elementOf(dtype) satisfies ElementType,
  dims: shape,
});
