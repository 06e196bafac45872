import protobuf from 'protobufjs/light.js';

/** The ONNX element types that this package uses, with their numbers in `TensorProto.DataType`. */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
/** The name of an ONNX element type. */
export type ElementType = keyof typeof ELEMENT_TYPE;

/** A constant tensor of a graph (`TensorProto`). */
export interface OnnxTensor {
  readonly name: string;
  readonly element: ElementType;
  readonly dims: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** An input or output of a graph (`ValueInfoProto`). */
export interface OnnxValue {
  readonly name: string;
  readonly element: ElementType;
  /** A string is a dimension known only when the graph runs. */
  readonly dims: readonly (number | string)[];
}

/** The value of an attribute. A whole number is an `int`, any other number a `float`; `{ float: 1 }` is a float that is whole. */
type OnnxAttribute = number | { readonly float: number } | readonly number[] | string | OnnxGraph;

/** One operator of a graph (`NodeProto`). */
export interface OnnxNode {
  /** The `op_type`, e.g. `Conv`. */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph (`GraphProto`). Its nodes are sorted topologically. */
interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const OPERATOR_SET = 18;
const IR_VERSION = 8;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 };

type Row = readonly [field: string, id: number, type: string, rule?: 'repeated'];

/** The part of onnx.proto that these models need. Field names and numbers are those of the ONNX standard. */
const MESSAGES: Readonly<Record<string, readonly Row[]>> = {
  OperatorSetIdProto: [
    ['domain', 1, 'string'],
    ['version', 2, 'int64'],
  ],
  Dimension: [
    ['dimValue', 1, 'int64'],
    ['dimParam', 2, 'string'],
  ],
  TensorShapeProto: [['dim', 1, 'Dimension', 'repeated']],
  TensorTypeProto: [
    ['elemType', 1, 'int32'],
    ['shape', 2, 'TensorShapeProto'],
  ],
  TypeProto: [['tensorType', 1, 'TensorTypeProto']],
  ValueInfoProto: [
    ['name', 1, 'string'],
    ['type', 2, 'TypeProto'],
  ],
  TensorProto: [
    ['dims', 1, 'int64', 'repeated'],
    ['dataType', 2, 'int32'],
    ['name', 8, 'string'],
    ['rawData', 9, 'bytes'],
  ],
  AttributeProto: [
    ['name', 1, 'string'],
    ['f', 2, 'float'],
    ['i', 3, 'int64'],
    ['s', 4, 'bytes'],
    ['g', 6, 'GraphProto'],
    ['ints', 8, 'int64', 'repeated'],
    ['type', 20, 'int32'],
  ],
  NodeProto: [
    ['input', 1, 'string', 'repeated'],
    ['output', 2, 'string', 'repeated'],
    ['name', 3, 'string'],
    ['opType', 4, 'string'],
    ['attribute', 5, 'AttributeProto', 'repeated'],
  ],
  GraphProto: [
    ['node', 1, 'NodeProto', 'repeated'],
    ['name', 2, 'string'],
    ['initializer', 5, 'TensorProto', 'repeated'],
    ['input', 11, 'ValueInfoProto', 'repeated'],
    ['output', 12, 'ValueInfoProto', 'repeated'],
  ],
  ModelProto: [
    ['irVersion', 1, 'int64'],
    ['producerName', 2, 'string'],
    ['graph', 7, 'GraphProto'],
    ['opsetImport', 8, 'OperatorSetIdProto', 'repeated'],
  ],
};

function modelMessage(): protobuf.Type {
  const root = new protobuf.Root();
  for (const [message, rows] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(message);
    for (const [field, id, fieldType, rule] of rows) type.add(new protobuf.Field(field, id, fieldType, rule));
    root.add(type);
  }
  return root.lookupType('ModelProto');
}

function attributeMessage([name, value]: [string, OnnxAttribute]): object {
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.string, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { name, type: ATTRIBUTE_TYPE.int, i: value }
      : { name, type: ATTRIBUTE_TYPE.float, f: value };
  }
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  if ('nodes' in value) return { name, type: ATTRIBUTE_TYPE.graph, g: graphMessage(value) };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
}

function valueMessage({ name, element, dims }: OnnxValue): object {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[element], shape: { dim } } } };
}

function graphMessage(graph: OnnxGraph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(({ operator, inputs, outputs, attributes }, index) => ({
      name: `${operator}_${index}`,
      opType: operator,
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(attributeMessage),
    })),
    initializer: graph.constants.map(({ name, element, dims, bytes }) => ({
      name,
      dims,
      dataType: ELEMENT_TYPE[element],
      rawData: bytes,
    })),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

/** The bytes of an ONNX model (operator set 18) whose main graph is `graph`. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: '@fdr/compiler',
    opsetImport: [{ domain: '', version: OPERATOR_SET }],
    graph: graphMessage(graph),
  };
  return modelMessage().encode(message).finish();
}
