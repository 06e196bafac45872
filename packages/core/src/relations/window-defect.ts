import { zip } from '../zip.js';

/** How far the sum of `left - right` over a window is from what an identity says it is. */
export interface WindowDefect {
  /** `sum (left - right)` over the window. */
  readonly sum: number;
  /** What the identity says it is. */
  readonly expected: number;
  /** Size of what was added up: `sum (|left| + |right|)` plus the rounding that parameters of this size can carry. */
  readonly scale: number;
  /** `|sum - expected| / scale`. */
  readonly defect: number;
}

/** The defect of each parameter tensor alone, and of their total. */
export interface WindowDefects {
  readonly total: WindowDefect;
  readonly tensors: readonly WindowDefect[];
}

/** What an identity says of one parameter tensor, and the rounding that its parameters can carry over the window. */
export interface ExpectedSum {
  readonly expected: number;
  readonly rounding: number;
}

const judged = (part: Omit<WindowDefect, 'defect'>): WindowDefect => ({
  ...part,
  defect: Math.abs(part.sum - part.expected) / part.scale,
});

/**
 * Compares the sum of two recorded sides with an identity.
 *
 * @param left of every step, tensor after tensor: [steps x tensors].
 * @param right likewise.
 * @param tensors what the identity says of each tensor.
 */
export function windowDefects(left: Float32Array, right: Float32Array, tensors: readonly ExpectedSum[]): WindowDefects {
  const sums = tensors.map(() => ({ sum: 0, size: 0 }));
  left.forEach((leftSide, row) => {
    const tensor = sums[row % sums.length];
    const rightSide = right[row];
    if (!tensor || rightSide === undefined) throw new Error('both sides must have a row for every tensor and step');
    tensor.sum += leftSide - rightSide;
    tensor.size += Math.abs(leftSide) + Math.abs(rightSide);
  });
  const parts = zip(sums, tensors).map(([{ sum, size }, { expected, rounding }]) => ({
    sum,
    expected,
    scale: size + rounding,
  }));
  const add = (key: 'sum' | 'expected' | 'scale'): number => parts.reduce((total, part) => total + part[key], 0);
  return {
    total: judged({ sum: add('sum'), expected: add('expected'), scale: add('scale') }),
    tensors: parts.map(judged),
  };
}
