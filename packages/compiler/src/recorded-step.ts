import type { Tensor } from '@tensorflow/tfjs';
import type { Graph } from './graph.js';
import type { Program, Tensors, TensorSpec, TensorSpecs, Role } from '@fdr/program';
import type { Recorder } from './recorder.js';
import { sameShape } from './shape.js';
import { valueName, type ValuePrefix } from './value-names.js';

/** One step of a program as a graph. */
export interface RecordedStep {
  /** The nodes as they were recorded. They compute `next/<state>` and `outputs/<output>`. */
  readonly graph: Graph;
  /** The names of those results. */
  readonly results: readonly string[];
  /** The shape of each of the step's outputs. */
  readonly outputs: TensorSpecs;
}

/**
 * Calls a program's step once, on symbols.
 *
 * @throws Error if the step does not return the program's state
 */
export function recordStep(program: Program, recorder: Recorder): RecordedStep {
  const result = program.step({
    state: symbols(program, recorder, 'state', 'carried'),
    inputs: symbols(program, recorder, 'inputs', 'slice'),
    settings: symbols(program, recorder, 'settings', 'settings'),
    constants: symbols(program, recorder, 'constants', 'constants'),
  });
  const { graph } = recorder;
  // Each result gets a name of its own: it may be an input handed through, a constant, or the same tensor twice.
  for (const [key, spec] of Object.entries(program.state)) {
    const tensor = result.state[key];
    if (!tensor) throw new Error(`Program "${program.name}": the step returned no state "${key}".`);
    if (!sameShape(tensor.shape, spec.shape) || recorder.element(tensor) !== spec.dtype) {
      throw new Error(
        `Program "${program.name}": state "${key}" came back as ${recorder.element(tensor)} [${tensor.shape.join()}]; ` +
          `expected ${spec.dtype} [${spec.shape.join()}].`,
      );
    }
    graph.addIdentity(recorder.stored(tensor), valueName('next', key));
  }
  for (const [key, tensor] of Object.entries(result.outputs))
    graph.addIdentity(recorder.operand(recorder.cast(tensor, 'float32')), valueName('outputs', key));
  const outputs = Object.entries(result.outputs).map(([key, { shape }]): [string, TensorSpec] => [
    key,
    { shape: [...shape], dtype: 'float32' },
  ]);
  return {
    graph,
    results: [
      ...Object.keys(program.state).map((key) => valueName('next', key)),
      ...outputs.map(([key]) => valueName('outputs', key)),
    ],
    outputs: Object.fromEntries(outputs),
  };
}

function symbols(program: Program, recorder: Recorder, role: Role, prefix: ValuePrefix): Tensors {
  const named = Object.entries(program[role]).map(([name, { shape, dtype }]): [string, Tensor] => [
    name,
    recorder.symbol(valueName(prefix, name), shape, dtype === 'uint8' ? 'int32' : dtype, dtype),
  ]);
  return Object.fromEntries(named);
}
