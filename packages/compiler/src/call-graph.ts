import { encodeModel, type OnnxNode, type OnnxValue } from './onnx.js';
import type { Program, TensorSpecs } from '@fdr/program';
import type { RecordedStep } from './recorded-step.js';
import { simplify } from './simplify.js';
import { TICK, valueName, type ValuePrefix } from './value-names.js';

/** The dimension that is known only when a call runs: its number of steps. */
const STEPS = 'steps';

function values(prefix: ValuePrefix, specs: TensorSpecs, leading: readonly string[] = []): OnnxValue[] {
  return Object.entries(specs).map(([name, { shape, dtype }]) => ({
    name: valueName(prefix, name),
    element: dtype,
    dims: [...leading, ...shape],
  }));
}

/** The bytes of an ONNX model of a whole call: a Scan over the steps, whose body is the recorded step. */
export function callGraph(program: Program, { graph, results, outputs }: RecordedStep): Uint8Array {
  const inputs: TensorSpecs =
    Object.keys(program.inputs).length > 0 ? program.inputs : { [TICK]: { shape: [], dtype: 'uint8' } };
  const state = values('state', program.state);
  const series = values('inputs', inputs, [STEPS]);
  const next = values('next', program.state);
  const outputSeries = values('series', outputs, [STEPS]);
  const scan: OnnxNode = {
    operator: 'Scan',
    inputs: [...state, ...series].map(({ name }) => name),
    outputs: [...next, ...outputSeries].map(({ name }) => name),
    attributes: {
      num_scan_inputs: series.length,
      body: {
        name: program.name,
        nodes: simplify(graph, results),
        constants: graph.constants,
        inputs: [...values('carried', program.state), ...values('slice', inputs)],
        outputs: [...next, ...values('outputs', outputs)],
      },
    },
  };
  return encodeModel({
    name: program.name,
    nodes: [scan],
    constants: [],
    inputs: [...state, ...series, ...values('settings', program.settings), ...values('constants', program.constants)],
    outputs: [...next, ...outputSeries],
  });
}
