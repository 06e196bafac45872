import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { REWRITE_RULES } from '../src/rewrite-rules.js';
import type { Case } from './reference/agreement.js';
import { convolve, halve, recordCase } from './reference/operators.js';

interface RuleCase extends Case {
  /** How often the graph has the operators that the rule is about, with all rules. */
  readonly simplified: Readonly<Record<string, number>>;
  /** The same without the rule. */
  readonly recorded: Readonly<Record<string, number>>;
}

/** One case for each rule, by its name. */
const CASES: Readonly<Record<string, RuleCase>> = {
  sumOfSquares: {
    arguments: { x: [3, 4] },
    step: ({ x }) => ({ y: tf.sum(tf.square(x!)) }),
    simplified: { ReduceSumSquare: 1, ReduceSum: 0, Mul: 0 },
    recorded: { ReduceSumSquare: 0, ReduceSum: 1, Mul: 1 },
  },
  productOfScalars: {
    arguments: { x: [3, 4] },
    step: ({ x }) => ({ y: tf.mul(5, tf.mul(tf.mul(x!, 2), 3)) }),
    simplified: { Mul: 1 },
    recorded: { Mul: 3 },
  },
  sumWithProduct: {
    arguments: { a: [3, 4], b: [4, 5], c: [3, 5], bias: [5] },
    step: ({ a, b, c, bias }) => ({
      biased: tf.add(tf.matMul(a!, b!), bias!),
      scaled: tf.add(tf.mul(c!, 0.5), tf.matMul(a!, tf.neg(b!))),
    }),
    simplified: { Gemm: 2, Add: 0, Mul: 0 },
    recorded: { Gemm: 2, Add: 2, Mul: 1 },
  },
  biasOfConvolution: {
    arguments: { x: [2, 5, 4, 2], filter: [3, 3, 2, 3], bias: [3] },
    step: ({ x, filter, bias }) => ({ y: tf.add(bias!, convolve(x!, filter!)) }),
    // What reshapes the bias to [1, 3, 1, 1] is needed no more.
    simplified: { Conv: 1, Add: 0, Reshape: 0 },
    recorded: { Conv: 1, Add: 1, Reshape: 2 },
  },
  sumOfUnpooled: {
    arguments: { x: [2, 8, 6, 5], filter: [3, 3, 5, 4], bias: [4] },
    step: ({ x, filter, bias }) => {
      const loss = (b: tf.Tensor) => tf.sum(tf.square(halve(tf.add(convolve(x!, filter!), b))));
      return { gradient: tf.grad(loss)(bias!) };
    },
    simplified: { MaxUnpool: 0, ReduceSum: 1 },
    recorded: { MaxUnpool: 1, ReduceSum: 1 },
  },
};

const countsOf = (operators: Readonly<Record<string, number>>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, operators[name] ?? 0]));

describe('a rewrite rule saves operators', () => {
  it.each(Object.entries(CASES))('%s', async (name, { simplified, recorded, ...given }) => {
    const others = Object.values(REWRITE_RULES).filter((rule) => rule !== REWRITE_RULES[name]);
    const { operators: withRule } = await recordCase(given);
    expect(countsOf(withRule, Object.keys(simplified))).toEqual(simplified);
    const { operators: without } = await recordCase(given, others);
    expect(countsOf(without, Object.keys(recorded))).toEqual(recorded);
  });

  it('every rule has a case', () => {
    expect(Object.keys(CASES)).toEqual(Object.keys(REWRITE_RULES));
  });
});

describe('a rewrite rule leaves alone', () => {
  const both = { a: [3, 4], b: [4, 5], bias: [5] };

  it('a product of two matrices that is read twice: it would be computed twice', async () => {
    const { operators } = await recordCase({
      arguments: both,
      step: ({ a, b, bias }) => {
        const product = tf.matMul(a!, b!);
        return { sum: tf.add(product, bias!), squares: tf.square(product) };
      },
    });
    expect(countsOf(operators, ['Gemm', 'Add'])).toEqual({ Gemm: 1, Add: 1 });
  });

  it('a term of a larger shape than the product of two matrices', async () => {
    const { operators } = await recordCase({
      arguments: { ...both, bias: [2, 3, 5] },
      step: ({ a, b, bias }) => ({ y: tf.add(tf.matMul(a!, b!), bias!) }),
    });
    expect(countsOf(operators, ['Gemm', 'Add'])).toEqual({ Gemm: 1, Add: 1 });
  });

  it('a convolution that is read twice: it would be computed twice', async () => {
    const { operators } = await recordCase({
      arguments: { x: [2, 5, 4, 2], filter: [3, 3, 2, 3], bias: [3] },
      step: ({ x, filter, bias }) => {
        const convolved = convolve(x!, filter!);
        return { sum: tf.add(convolved, bias!), squares: tf.square(convolved) };
      },
    });
    expect(countsOf(operators, ['Conv', 'Add'])).toEqual({ Conv: 1, Add: 1 });
  });

  it('a term of a convolution that differs from column to column', async () => {
    const { operators } = await recordCase({
      arguments: { x: [2, 5, 4, 2], filter: [3, 3, 2, 3], term: [4, 3] },
      step: ({ x, filter, term }) => ({ y: tf.add(convolve(x!, filter!), term!) }),
    });
    expect(countsOf(operators, ['Conv', 'Add'])).toEqual({ Conv: 1, Add: 1 });
  });

  it.each([
    ['rows', 1],
    ['columns', 2],
  ])('a sum of an unpooled gradient over its %s alone', async (_, axis) => {
    const { operators } = await recordCase({
      arguments: { x: [2, 4, 4, 3], dy: [2, 2, 2, 3] },
      step: ({ x, dy }) => {
        const gradient = tf.grad((input) => tf.sum(tf.mul(halve(input), dy!)))(x!);
        return { sums: tf.sum(gradient, axis, true) };
      },
    });
    expect(countsOf(operators, ['MaxUnpool', 'ReduceSum'])).toEqual({ MaxUnpool: 1, ReduceSum: 1 });
  });
});
