import { InferenceSession, Tensor } from 'onnxruntime-node';
import { record } from './backend.js';
import { encodeModel, type OnnxNode, type OnnxValue } from './onnx.js';
import type { Call, CallResult, Compiled } from './call.js';
import type { Program, Tensors, TensorSpec, TensorSpecs, TensorValues, TypedArray } from './program.js';
import { sameShape, type Recorder } from './recorder.js';
import { simplify } from './simplify.js';
import { teams } from './teams.js';

export interface CompileOptions {
  /** At most so many threads of ONNX Runtime inside one operator, at least 1; see {@link teams}. The same number gives the same bits. */
  readonly threads: number;
}

/** The dimension of a call that is known only when it runs: its number of steps. */
const STEPS = 'steps';
/** Stands in for the scan's input where a program has none. */
const TICK = 'tick';

type Role = 'state' | 'inputs' | 'settings' | 'constants';

const graphName = (role: Role | 'carried' | 'slice' | 'next' | 'outputs' | 'series', name: string): string =>
  `${role}/${name}`;

const values = (
  role: Parameters<typeof graphName>[0],
  specs: TensorSpecs,
  leading: readonly string[] = [],
): OnnxValue[] =>
  Object.entries(specs).map(([name, { shape, dtype }]) => ({
    name: graphName(role, name),
    element: dtype,
    dims: [...leading, ...shape],
  }));

interface Body {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReturnType<Recorder['graph']['constants']['slice']>;
  /** Shape of each of the step's outputs. */
  readonly outputs: TensorSpecs;
}

/** Calls the step once, on symbols, and returns what it did as nodes that end in `next/...` and `outputs/...`. */
function recordStep(program: Program, recorder: Recorder): Body {
  const symbols = (role: Role, named: Parameters<typeof graphName>[0]): Tensors =>
    Object.fromEntries(
      Object.entries(program[role]).map(([name, { shape, dtype }]) => [
        name,
        recorder.symbol(graphName(named, name), shape, dtype === 'uint8' ? 'int32' : dtype, dtype),
      ]),
    );
  const result = program.step({
    state: symbols('state', 'carried'),
    inputs: symbols('inputs', 'slice'),
    settings: symbols('settings', 'settings'),
    constants: symbols('constants', 'constants'),
  });
  const { graph } = recorder;
  // Each result gets a name of its own, whatever it is: an input handed through, a constant, one tensor twice.
  for (const [key, spec] of Object.entries(program.state)) {
    const tensor = result.state[key];
    if (!tensor) throw new Error(`Program "${program.name}": the step returned no state "${key}".`);
    if (!sameShape(tensor.shape, spec.shape) || recorder.element(tensor) !== spec.dtype) {
      throw new Error(
        `Program "${program.name}": state "${key}" came back as ${recorder.element(tensor)} [${tensor.shape.join()}]; ` +
          `expected ${spec.dtype} [${spec.shape.join()}].`,
      );
    }
    graph.rename(recorder.stored(tensor), graphName('next', key));
  }
  for (const [key, tensor] of Object.entries(result.outputs))
    graph.rename(recorder.operand(recorder.cast(tensor, 'float32')), graphName('outputs', key));
  const outputs = Object.fromEntries(
    Object.entries(result.outputs).map(([key, { shape }]): [string, TensorSpec] => [
      key,
      { shape: [...shape], dtype: 'float32' },
    ]),
  );
  const wanted = [
    ...Object.keys(program.state).map((key) => graphName('next', key)),
    ...Object.keys(outputs).map((key) => graphName('outputs', key)),
  ];
  return { nodes: simplify(graph, wanted), constants: graph.constants, outputs };
}

/** The whole call as one graph: a Scan over the steps, whose body is the recorded step. */
function callGraph(program: Program, body: Body): Uint8Array {
  const inputs: TensorSpecs =
    Object.keys(program.inputs).length > 0 ? program.inputs : { [TICK]: { shape: [], dtype: 'uint8' } };
  const state = values('state', program.state);
  const series = values('inputs', inputs, [STEPS]);
  const next = values('next', program.state);
  const perStep = values('series', body.outputs, [STEPS]);
  const scan: OnnxNode = {
    operator: 'Scan',
    inputs: [...state, ...series].map(({ name }) => name),
    outputs: [...next, ...perStep].map(({ name }) => name),
    attributes: {
      num_scan_inputs: series.length,
      body: {
        name: program.name,
        nodes: body.nodes,
        constants: body.constants,
        inputs: [...values('carried', program.state), ...values('slice', inputs)],
        outputs: [...next, ...values('outputs', body.outputs)],
      },
    },
  };
  return encodeModel({
    name: program.name,
    nodes: [scan],
    constants: [],
    inputs: [...state, ...series, ...values('settings', program.settings), ...values('constants', program.constants)],
    outputs: [...next, ...perStep],
  });
}

const sizeOf = ({ shape }: TensorSpec): number => shape.reduce((product, size) => product * size, 1);

/** @throws Error naming the first array that is missing, or is not what the specs say */
function check(program: Program, role: Role, given: TensorValues, steps?: number): void {
  const leading = steps === undefined ? [] : [steps];
  for (const [name, spec] of Object.entries(program[role])) {
    const array = given[name];
    const expected = sizeOf(spec) * (steps ?? 1);
    const type = array && storageOf(array);
    if (!array || type !== spec.dtype || array.length !== expected) {
      throw new Error(
        `Program "${program.name}": ${role} "${name}" is ${array ? `${type} with ${array.length} values` : 'missing'}; ` +
          `expected ${spec.dtype} with ${expected} ([${[...leading, ...spec.shape].join()}]).`,
      );
    }
  }
}

/** ONNX Runtime tensors over the caller's own memory, which has been checked. */
function feeds(program: Program, role: Role, given: TensorValues, steps?: number): Record<string, Tensor> {
  const leading = steps === undefined ? [] : [steps];
  return Object.fromEntries(
    Object.entries(program[role]).map(([name, { dtype, shape }]) => [
      graphName(role, name),
      new Tensor(dtype, given[name] as TypedArray, [...leading, ...shape]),
    ]),
  );
}

function storageOf(array: TypedArray): TensorSpec['dtype'] {
  if (array instanceof Float32Array) return 'float32';
  return array instanceof Int32Array ? 'int32' : 'uint8';
}

/**
 * Turns a pure step function into one ONNX Runtime call over many steps.
 *
 * The step is called once, on symbols; every kernel that TensorFlow.js asks for, gradients included, becomes an ONNX
 * node; the whole becomes the body of a Scan. Constants are handed over here and stay where they are: no copy is
 * made of them, now or later, so they must not change.
 *
 * @throws MissingKernelError if the step needs a kernel that can't be recorded.
 * @throws ReadWhileRecordingError if the step reads a value.
 */
export async function compile(
  program: Program,
  constants: TensorValues,
  { threads }: CompileOptions,
): Promise<Compiled> {
  const model = callGraph(program, await record((recorder) => recordStep(program, recorder)));
  check(program, 'constants', constants);
  const bound = feeds(program, 'constants', constants);
  const open = async (size: number) => {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: size,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    return {
      run: async (call: Call) => callResult(await session.run({ ...bound, ...callFeeds(program, call) })),
      dispose: () => session.release(),
    };
  };
  const team = await teams(threads, open);
  return {
    run: async (call) => {
      const { steps, state, inputs, settings } = call;
      if (!Number.isInteger(steps) || steps < 1) throw new Error(`steps is ${steps}; expected a whole number from 1.`);
      check(program, 'state', state);
      check(program, 'inputs', inputs, steps);
      check(program, 'settings', settings);
      return team.run(call);
    },
    dispose: () => team.dispose(),
  };
}

/** What a call feeds the graph with, beside the constants. */
function callFeeds(program: Program, { steps, state, inputs, settings }: Call): Record<string, Tensor> {
  const series =
    Object.keys(program.inputs).length > 0
      ? feeds(program, 'inputs', inputs, steps)
      : { [graphName('inputs', TICK)]: new Tensor('uint8', new Uint8Array(steps), [steps]) };
  return { ...feeds(program, 'state', state), ...series, ...feeds(program, 'settings', settings) };
}

function callResult(results: InferenceSession.OnnxValueMapType): CallResult {
  const collect = (prefix: 'next' | 'series'): Record<string, TypedArray> =>
    Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, { data }]) => [name.slice(prefix.length + 1), data as TypedArray]),
    );
  return { state: collect('next'), outputs: collect('series') as Record<string, Float32Array> };
}
