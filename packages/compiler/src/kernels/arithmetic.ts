import * as tf from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';
import { sameShape } from '../shape.js';
import { ELEMENT_TYPE } from '../onnx.js';
import { input, withAttributes, type Kernel, type KernelTable } from './kernel.js';
import { operand, operands } from './operands.js';

interface BinaryOptions {
  /** The type of the result, if it is not that of the operands. */
  readonly result?: 'bool';
  /** Computes the result while recording if both operands are uniform. */
  readonly fold?: (a: number, b: number) => number;
  /** The second operand that leaves the first one as it is. */
  readonly neutral?: number;
}

/** An operator on two tensors with broadcasting. */
function binary(operator: string, options: BinaryOptions = {}): Kernel {
  return ({ recorder, inputs }) => {
    const a = input({ inputs }, 'a');
    const b = input({ inputs }, 'b');
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const dtype = options.result ?? a.dtype;
    const valueA = recorder.uniformValue(a);
    const valueB = recorder.uniformValue(b);
    if (options.fold && valueA !== undefined && valueB !== undefined && dtype === 'float32') {
      return recorder.uniform(Math.fround(options.fold(valueA, valueB)), shape, dtype);
    }
    if (valueB === options.neutral && valueB !== undefined && sameShape(a.shape, shape)) return recorder.alias(a);
    const { names, layout } = operands(recorder, [a, b], shape);
    return recorder.node(recorder.graph.emit(operator, names), shape, dtype, { layout });
  };
}

/** A product. One is neutral on both sides. */
function product(): Kernel {
  const multiply = binary('Mul', { fold: (a, b) => a * b, neutral: 1 });
  return (call) => {
    const a = input(call, 'a');
    const b = input(call, 'b');
    const swap = call.recorder.uniformValue(a) !== undefined && call.recorder.uniformValue(b) === undefined;
    return multiply(swap ? { ...call, inputs: { a: b, b: a } } : call);
  };
}

export function unary(operator: string, dtype?: tf.DataType): Kernel {
  return ({ recorder, inputs }) => {
    const x = input({ inputs }, 'x');
    const { name, layout } = operand(recorder, x);
    return recorder.node(recorder.graph.emit(operator, [name]), x.shape, dtype ?? x.dtype, { layout });
  };
}

/** An elementwise formula of several operators; `write` gets the name of the operand. */
export function formula(write: (x: string, recorder: Recorder) => string): Kernel {
  return ({ recorder, inputs }) => {
    const x = input({ inputs }, 'x');
    const { name, layout } = operand(recorder, x);
    return recorder.node(write(name, recorder), x.shape, x.dtype, { layout });
  };
}

const scalar = (recorder: Recorder, value: number): string => recorder.graph.constant([value], [], 'float32');

/** Elementwise kernels: arithmetic, comparisons, logic, functions of one argument, and casts. */
export const arithmetic: KernelTable = {
  Add: binary('Add', { fold: (a, b) => a + b }),
  Sub: binary('Sub', { fold: (a, b) => a - b }),
  Multiply: product(),
  RealDiv: binary('Div', { fold: (a, b) => a / b, neutral: 1 }),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  SquaredDifference: ({ recorder, inputs }) => {
    const a = input({ inputs }, 'a');
    const b = input({ inputs }, 'b');
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const { names, layout } = operands(recorder, [a, b], shape);
    const difference = recorder.graph.emit('Sub', names);
    return recorder.node(recorder.graph.emit('Mul', [difference, difference]), shape, a.dtype, { layout });
  },
  AddN: ({ recorder, inputs }) => {
    const first = input({ inputs }, '0');
    const { names, layout } = operands(recorder, Object.values(inputs), first.shape);
    const sum = names.reduce((a, b) => recorder.graph.emit('Add', [a, b]));
    return recorder.node(sum, first.shape, first.dtype, { layout });
  },

  Equal: binary('Equal', { result: 'bool' }),
  NotEqual: ({ recorder, inputs }) => {
    const a = input({ inputs }, 'a');
    const b = input({ inputs }, 'b');
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const { names, layout } = operands(recorder, [a, b], shape);
    const equal = recorder.graph.emit('Equal', names);
    return recorder.node(recorder.graph.emit('Not', [equal]), shape, 'bool', { layout });
  },
  Greater: binary('Greater', { result: 'bool' }),
  GreaterEqual: binary('GreaterOrEqual', { result: 'bool' }),
  Less: binary('Less', { result: 'bool' }),
  LessEqual: binary('LessOrEqual', { result: 'bool' }),
  LogicalAnd: binary('And', { result: 'bool' }),
  LogicalOr: binary('Or', { result: 'bool' }),
  LogicalNot: unary('Not', 'bool'),
  IsNan: unary('IsNaN', 'bool'),
  Select: ({ recorder, inputs }) => {
    const [condition, t, e] = [input({ inputs }, 'condition'), input({ inputs }, 't'), input({ inputs }, 'e')];
    const shape = tf.backend_util.assertAndGetBroadcastShape(t.shape, e.shape);
    const { names, layout } = operands(recorder, [t, e, condition], shape);
    const [whenTrue = '', whenFalse = '', where = ''] = names;
    return recorder.node(recorder.graph.emit('Where', [where, whenTrue, whenFalse]), shape, t.dtype, { layout });
  },

  Relu: unary('Relu'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Floor: unary('Floor'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Reciprocal: unary('Reciprocal'),
  Square: formula((x, { graph }) => graph.emit('Mul', [x, x])),
  Rsqrt: formula((x, { graph }) => graph.emit('Reciprocal', [graph.emit('Sqrt', [x])])),
  Softplus: unary('Softplus'),
  Log1p: formula((x, recorder) => recorder.graph.emit('Log', [recorder.graph.emit('Add', [x, scalar(recorder, 1)])])),
  Expm1: formula((x, recorder) => recorder.graph.emit('Sub', [recorder.graph.emit('Exp', [x]), scalar(recorder, 1)])),
  /** 1 above zero, alpha at and below it, NaN where x is NaN: the derivative of ReLU. */
  Step: withAttributes<tf.StepAttrs>(({ recorder, inputs, attributes: { alpha } }) => {
    const x = input({ inputs }, 'x');
    const { name, layout } = operand(recorder, x);
    if (alpha === 0) {
      // Of the ReLU's output, not of x: so x has one reader, and ONNX Runtime computes the ReLU inside the matrix product.
      const positive = recorder.graph.emit('Greater', [recorder.graph.emit('Relu', [name]), scalar(recorder, 0)]);
      return recorder.node(recorder.graph.emit('Cast', [positive], { to: ELEMENT_TYPE.float32 }), x.shape, x.dtype, {
        layout,
      });
    }
    const above = recorder.graph.emit('Greater', [name, scalar(recorder, 0)]);
    const step = recorder.graph.emit('Where', [above, scalar(recorder, 1), scalar(recorder, alpha)]);
    return recorder.node(step, x.shape, x.dtype, { layout });
  }),
  ClipByValue: withAttributes<tf.ClipByValueAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const low = scalar(recorder, attributes.clipValueMin);
    const high = scalar(recorder, attributes.clipValueMax);
    const { name, layout } = operand(recorder, x);
    return recorder.node(recorder.graph.emit('Clip', [name, low, high]), x.shape, x.dtype, { layout });
  }),
  Cast: withAttributes<tf.CastAttrs>(({ recorder, inputs, attributes: { dtype } }) =>
    recorder.cast(input({ inputs }, 'x'), dtype),
  ),
};
