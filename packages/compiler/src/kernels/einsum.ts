import * as tf from '@tensorflow/tfjs';
import { composite } from './composite.js';
import type { KernelTable } from './kernel.js';

/** The axes of the operands and of the result, a letter each. */
interface Equation {
  readonly operands: readonly string[];
  readonly result: string;
}

function parse(equation: string): Equation {
  const [left = '', result] = equation.replaceAll(' ', '').split('->');
  const operands = left.split(',');
  const repeated = [...operands, result ?? ''].some((letters) => new Set(letters).size !== letters.length);
  if (result === undefined || repeated || equation.includes('.'))
    throw new Error(`einsum "${equation}" is not recorded; expected "->", and no axis twice in one operand, no "...".`);
  return { operands, result };
}

/** A tensor and its axes. */
interface Labelled {
  readonly tensor: tf.Tensor;
  readonly axes: string;
}

const sizesOf = (labelled: readonly Labelled[]): ReadonlyMap<string, number> =>
  new Map(
    labelled.flatMap(({ tensor, axes }) =>
      axes.split('').map((axis, i): [string, number] => [axis, tensor.shape[i] ?? 1]),
    ),
  );

/** The sum over all axes but those of `kept`. */
function summed({ tensor, axes }: Labelled, kept: string): Labelled {
  const gone = axes.split('').flatMap((axis, i) => (kept.includes(axis) ? [] : [i]));
  return {
    tensor: gone.length > 0 ? tf.sum(tensor, gone) : tensor,
    axes: axes
      .split('')
      .filter((axis) => kept.includes(axis))
      .join(''),
  };
}

const ordered = ({ tensor, axes }: Labelled, order: string): tf.Tensor =>
  axes === order
    ? tensor
    : tf.transpose(
        tensor,
        order.split('').map((axis) => axes.indexOf(axis)),
      );

/** The product of two operands as one product of matrices: shared axes that are kept are the batch, the others are contracted. */
function multiplied(a: Labelled, b: Labelled, kept: string): Labelled {
  const [left, right] = [summed(a, b.axes + kept), summed(b, a.axes + kept)];
  const sizes = sizesOf([left, right]);
  const shared = left.axes.split('').filter((axis) => right.axes.includes(axis));
  const batch = shared.filter((axis) => kept.includes(axis)).join('');
  const contracted = shared.filter((axis) => !kept.includes(axis)).join('');
  const rows = left.axes
    .split('')
    .filter((axis) => !right.axes.includes(axis))
    .join('');
  const columns = right.axes
    .split('')
    .filter((axis) => !left.axes.includes(axis))
    .join('');
  const length = (axes: string): number =>
    axes.split('').reduce((product, axis) => product * (sizes.get(axis) ?? 1), 1);
  const leading = batch === '' ? [] : [length(batch)];
  const matrixA = tf.reshape(ordered(left, batch + rows + contracted), [...leading, length(rows), length(contracted)]);
  const matrixB = tf.reshape(ordered(right, batch + contracted + columns), [
    ...leading,
    length(contracted),
    length(columns),
  ]);
  const axes = batch + rows + columns;
  const product = tf.matMul(matrixA, matrixB);
  return {
    tensor: tf.reshape(
      product,
      axes.split('').map((axis) => sizes.get(axis) ?? 1),
    ),
    axes,
  };
}

/** The sum of products over all axes that the result does not have. */
function einsum(equation: Equation, tensors: readonly tf.Tensor[]): tf.Tensor {
  const labelled = tensors.map((tensor, i): Labelled => ({ tensor, axes: equation.operands[i] ?? '' }));
  const total = labelled.reduce((product, next, i) => {
    const later = equation.operands.slice(i + 1).join('');
    return multiplied(product, next, equation.result + later);
  });
  return ordered(summed(total, equation.result), equation.result);
}

/**
 * TensorFlow.js has no gradient of its own for einsum: by each operand it is the einsum of the result's gradient with the other
 * operands, repeated along the axes that only that operand has.
 */
export function registerEinsumGradient(): void {
  tf.registerGradient({
    kernelName: tf.Einsum,
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => {
      const { operands, result } = parse(attributes['equation'] as string);
      const gradient = (operand: number) => (): tf.Tensor => {
        const others = operands.flatMap((axes, i) => (i === operand ? [] : [{ axes, tensor: saved[i] as tf.Tensor }]));
        const own = operands[operand] ?? '';
        const known = result + others.map(({ axes }) => axes).join('');
        const common = own
          .split('')
          .filter((axis) => known.includes(axis))
          .join('');
        const factors = [{ axes: result, tensor: dy as tf.Tensor }, ...others];
        const equation = { operands: factors.map(({ axes }) => axes), result: common };
        const partial = einsum(
          equation,
          factors.map(({ tensor }) => tensor),
        );
        const { shape } = saved[operand] as tf.Tensor;
        const spread = own.split('').map((axis, i) => (common.includes(axis) ? (shape[i] ?? 1) : 1));
        return tf.broadcastTo(tf.reshape(partial, spread), shape);
      };
      return Object.fromEntries(operands.map((_, i) => [String(i), gradient(i)]));
    },
  });
}

/** Sums of products along named axes, such as `bij,bjk->bik`. */
export const einsums: KernelTable = {
  Einsum: composite<{ equation: string }>((inputs, { equation }) => einsum(parse(equation), Object.values(inputs))),
};
