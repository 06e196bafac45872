import type { TensorInfo } from '@tensorflow/tfjs';
import type { Layout } from '../layout.js';
import type { Recorder } from '../recorder.js';
import { sameShape } from '../shape.js';

/** The operands of an elementwise operator, and the layout of its result. */
interface Operands {
  readonly names: readonly string[];
  readonly layout: Layout;
}

/** The operand of an elementwise operator of one argument, and the layout of its result. */
interface Operand {
  readonly name: string;
  readonly layout: Layout;
}

/** The layout of an elementwise result: channels first if any operand has that layout. */
const commonLayout = (recorder: Recorder, tensors: readonly TensorInfo[], rank: number): Layout =>
  rank === 4 && tensors.some((tensor) => recorder.layout(tensor) === 'channels-first')
    ? 'channels-first'
    : 'channels-last';

/** The tensor with leading axes of size 1, up to rank 4. Broadcasting aligns the last axes, which the layout channels first moves. */
function unsqueezedToRank4(recorder: Recorder, tensor: TensorInfo): TensorInfo {
  const { shape } = tensor;
  return shape.length === 4 ? tensor : recorder.reshape(tensor, [...Array<number>(4 - shape.length).fill(1), ...shape]);
}

/**
 * Names of operands that broadcast to `shape`, all in one layout. A uniform operand is a scalar if another operand
 * has the whole shape of the result.
 */
export function operands(recorder: Recorder, tensors: readonly TensorInfo[], shape: readonly number[]): Operands {
  const layout = commonLayout(recorder, tensors, shape.length);
  const uniform = (tensor: TensorInfo): boolean => recorder.uniformValue(tensor) !== undefined;
  const whole = tensors.filter((tensor) => sameShape(tensor.shape, shape));
  const shapeGiver = whole.find((tensor) => !uniform(tensor)) ?? whole[0];
  const names = tensors.map((tensor) => {
    const value = recorder.uniformValue(tensor);
    if (shapeGiver && tensor !== shapeGiver && value !== undefined) return recorder.scalar(value, tensor.dtype);
    return recorder.operand(layout === 'channels-first' ? unsqueezedToRank4(recorder, tensor) : tensor, layout);
  });
  return { names, layout };
}

/** A single operand, in the layout that it has. */
export function operand(recorder: Recorder, tensor: TensorInfo): Operand {
  const layout = recorder.layout(tensor);
  return { name: recorder.operand(tensor, layout), layout };
}
