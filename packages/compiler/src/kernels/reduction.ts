import * as tf from '@tensorflow/tfjs';
import { storedAxis, type Layout } from '../layout.js';
import { ELEMENT_TYPE } from '../onnx.js';
import { input, withAttributes, type Kernel, type KernelTable } from './kernel.js';

interface ReductionAttributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
}

/** The layout to reduce in: the tensor's own, unless the remaining axes would come out in another sequence. */
function reductionLayout(layout: Layout, axes: readonly number[], keepDims: boolean): Layout {
  if (keepDims || layout === 'channels-last') return layout;
  const remaining = [0, 1, 2, 3].filter((axis) => !axes.includes(axis)).map((axis) => storedAxis(axis, layout));
  return remaining.every((axis, i) => i === 0 || axis > (remaining[i - 1] ?? 0)) ? layout : 'channels-last';
}

function reduction(operator: string): Kernel {
  return withAttributes<ReductionAttributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    // In TensorFlow.js axis = null or undefined means all axes, and Max names the attribute differently.
    const axes = tf.util.parseAxisParam(
      attributes.axis ?? attributes.reductionIndices ?? x.shape.map((_, i) => i),
      x.shape,
    );
    const keepDims = attributes.keepDims ?? false;
    const dtype = operator === 'ReduceSum' && x.dtype === 'bool' ? 'int32' : x.dtype;
    const operand = recorder.cast(x, dtype);
    if (axes.length === 0) return operand;
    const layout = reductionLayout(recorder.layout(operand), axes, keepDims);
    const stored = axes.map((axis) => storedAxis(axis, layout));
    const reduced = recorder.graph.emit(
      operator,
      [recorder.operand(operand, layout), recorder.graph.integers(stored)],
      {
        keepdims: keepDims ? 1 : 0,
      },
    );
    return recorder.node(reduced, reducedShape(x.shape, axes, keepDims), dtype, keepDims ? { layout } : {});
  });
}

const softmax: Kernel = withAttributes<tf.SoftmaxAttrs>(({ recorder, inputs, attributes: { dim: axis } }) => {
  const logits = input({ inputs }, 'logits');
  return recorder.node(recorder.graph.emit('Softmax', [recorder.operand(logits)], { axis }), logits.shape, 'float32');
});

function argument(operator: 'ArgMax' | 'ArgMin'): Kernel {
  return withAttributes<{ axis: number }>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const [axis = 0] = tf.util.parseAxisParam(attributes.axis, x.shape);
    const index = recorder.graph.emit(operator, [recorder.operand(x)], { axis, keepdims: 0 });
    return recorder.node(
      recorder.graph.emit('Cast', [index], { to: ELEMENT_TYPE.int32 }),
      reducedShape(x.shape, [axis], false),
      'int32',
    );
  });
}

/** Reductions along axes, softmax, and the positions of extrema. */
export const reductions: KernelTable = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: softmax,
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
};
