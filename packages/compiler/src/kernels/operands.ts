import type { TensorInfo } from '@tensorflow/tfjs';
import type { Order } from '../order.js';
import { sameShape, type Recorder } from '../recorder.js';

/** What an elementwise operator is given, and how its result is stored. */
export interface Operands {
  readonly names: readonly string[];
  readonly order: Order;
}

/** The order that an elementwise result takes: that of images as convolution leaves them, if any operand has it. */
const commonOrder = (recorder: Recorder, tensors: readonly TensorInfo[], rank: number): Order =>
  rank === 4 && tensors.some((tensor) => recorder.order(tensor) === 'channels-first')
    ? 'channels-first'
    : 'channels-last';

/** The tensor with leading axes of size 1, up to rank 4: broadcasting counts from the last axis, which moves. */
function lifted(recorder: Recorder, tensor: TensorInfo): TensorInfo {
  const { shape } = tensor;
  return shape.length === 4 ? tensor : recorder.reshape(tensor, [...Array<number>(4 - shape.length).fill(1), ...shape]);
}

/**
 * Names of operands that broadcast to `shape`, all in one order; a scalar stands for one that is the same everywhere,
 * if another one alone gives the result its shape.
 */
export function operands(recorder: Recorder, tensors: readonly TensorInfo[], shape: readonly number[]): Operands {
  const order = commonOrder(recorder, tensors, shape.length);
  const uniform = (tensor: TensorInfo): boolean => recorder.uniformValue(tensor) !== undefined;
  const whole = tensors.filter((tensor) => sameShape(tensor.shape, shape));
  const giver = whole.find((tensor) => !uniform(tensor)) ?? whole[0];
  const names = tensors.map((tensor) => {
    if (giver && tensor !== giver && uniform(tensor)) return recorder.broadcastOperand(tensor);
    return recorder.operand(order === 'channels-first' ? lifted(recorder, tensor) : tensor, order);
  });
  return { names, order };
}

/** One operand in the order it has. */
export function operand(recorder: Recorder, tensor: TensorInfo): { readonly name: string; readonly order: Order } {
  const order = recorder.order(tensor);
  return { name: recorder.operand(tensor, order), order };
}
