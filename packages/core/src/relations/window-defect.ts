/** The difference of the sum of `left - right` over a window from its value by an identity. */
export interface WindowDefect {
  /** `sum (left - right)` over the window. */
  readonly sum: number;
  /** Its value by the identity. */
  readonly expected: number;
  /** Size of the terms: `sum (|left| + |right|)` plus the rounding that parameters of this size can carry. */
  readonly scale: number;
  /** `|sum - expected| / scale`. */
  readonly defect: number;
}

/** The defect of each parameter tensor alone, and of their total. */
export interface WindowDefects {
  readonly total: WindowDefect;
  readonly tensors: readonly WindowDefect[];
}

/** The sum over one parameter tensor by an identity, and the rounding that its parameters can carry over the window. */
interface ExpectedSum {
  readonly expected: number;
  readonly rounding: number;
}

const withDefect = (part: Omit<WindowDefect, 'defect'>): WindowDefect => ({
  ...part,
  defect: Math.abs(part.sum - part.expected) / part.scale,
});

/**
 * Compares the sum of `left - right` over a window with an identity.
 *
 * @param left of every step, tensor after tensor: [steps x tensors].
 * @param right likewise.
 * @param tensors the sum of each tensor by the identity.
 * @throws Error if the sides do not have a number for every tensor and step.
 */
export function windowDefects(left: Float32Array, right: Float32Array, tensors: readonly ExpectedSum[]): WindowDefects {
  if (left.length !== right.length || left.length % tensors.length !== 0)
    throw new Error('both sides must have a number for every tensor and step');
  const parts = tensors.map(({ expected, rounding }, tensor) => {
    let sum = 0;
    let size = 0;
    for (let index = tensor; index < left.length; index += tensors.length) {
      const [leftSide = NaN, rightSide = NaN] = [left[index], right[index]];
      sum += leftSide - rightSide;
      size += Math.abs(leftSide) + Math.abs(rightSide);
    }
    return { sum, expected, scale: size + rounding };
  });
  const add = (key: 'sum' | 'expected' | 'scale'): number => parts.reduce((total, part) => total + part[key], 0);
  return {
    total: withDefect({ sum: add('sum'), expected: add('expected'), scale: add('scale') }),
    tensors: parts.map(withDefect),
  };
}
