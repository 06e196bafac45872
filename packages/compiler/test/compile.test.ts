import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  compileProgram,
  compileWith,
  dropout,
  RandomWhileRecordingError,
  randomNormal,
  randomUniform,
  registerKernel,
  StaleSymbolError,
  toOnnx,
} from '../src/index.js';
import { disagreement } from './reference/agreement.js';

beforeAll(() => tf.setBackend('cpu'));

const values = async (tensor: tf.Tensor): Promise<number[]> => Array.from(await tensor.data());

describe('compile', () => {
  it('takes and returns nested tensors of every type', async () => {
    const compiled = await compile(
      ({ a, b }: { a: tf.Tensor; b: tf.Tensor[] }, i: tf.Tensor) => ({
        sum: tf.add(a, b[0]!),
        rest: [tf.greater(a, 0), tf.add(i, tf.scalar(1, 'int32')), a],
      }),
      { a: tf.tensor1d([0, 0]), b: [tf.tensor1d([0, 0])] },
      tf.tensor1d([0], 'int32'),
    );
    const before = tf.memory().numTensors;
    const given = { a: tf.tensor1d([1, -2]), b: [tf.tensor1d([10, 20])] };
    const found = await compiled(given, tf.tensor1d([6], 'int32'));
    expect(await values(found.sum)).toEqual([11, 18]);
    expect(found.rest.map(({ dtype }) => dtype)).toEqual(['bool', 'int32', 'float32']);
    expect(await Promise.all(found.rest.map(values))).toEqual([[1, 0], [7], [1, -2]]);
    // Three arguments, four results.
    expect(tf.memory().numTensors - before).toBe(7);
    await compiled.dispose();
  });

  it('takes denormal numbers as 0, with which a processor is slow', async () => {
    const smallest = 2 ** -126;
    const compiled = await compile((x: tf.Tensor) => tf.mul(x, 2), tf.tensor1d([0, 0, 0]));
    expect(await values(await compiled(tf.tensor1d([smallest, smallest / 2, -smallest / 1024])))).toEqual([
      2 * smallest,
      0,
      expect.closeTo(0, 50),
    ]);
    await compiled.dispose();
  });

  it('runs overlapping calls one after another, and says so after dispose', async () => {
    const count = tf.variable(tf.scalar(0));
    const compiled = await compile(() => {
      count.assign(tf.add(count, 1));
      return count.clone();
    });
    const found = await Promise.all([compiled(), compiled(), compiled()]);
    expect(await Promise.all(found.map(values))).toEqual([[1], [2], [3]]);
    await compiled.dispose();
    await compiled.dispose();
    await expect(compiled()).rejects.toThrow('called after dispose');
  });

  it('names an argument that does not fit its example', async () => {
    const compiled = await compile((x: tf.Tensor, { y }: { y: tf.Tensor }) => tf.add(x, y), tf.zeros([2]), {
      y: tf.zeros([2]),
    });
    await expect(compiled(tf.zeros([3]), { y: tf.zeros([2]) })).rejects.toThrow(
      'arguments/0 is float32 [3]; expected float32 [2], as in the example.',
    );
    await expect(compiled(tf.zeros([2]), { y: tf.zeros([2], 'int32') })).rejects.toThrow('arguments/1/y is int32 [2]');
    await compiled.dispose();
  });

  it('names what is neither a tensor nor a container, and a promise', async () => {
    await expect(compile((() => ({ a: [3] })) as unknown as () => tf.Tensor)).rejects.toThrow('a/0 is a number');
    await expect(compile((() => Promise.resolve(tf.scalar(1))) as unknown as () => tf.Tensor)).rejects.toThrow(
      'The function returned a promise',
    );
  });
});

/** A regression, trained for `steps` steps eagerly and compiled, from the same weights. */
async function trainedBothWays(optimizer: () => tf.Optimizer, steps: number): Promise<number> {
  const x = tf.tensor2d(
    Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [8, 3],
  );
  const y = tf.tensor2d(
    Array.from({ length: 8 }, (_, i) => Math.cos(i)),
    [8, 1],
  );
  const train = async (compiled: boolean): Promise<Float32Array> => {
    const weights = tf.variable(tf.tensor2d([0.3, -0.2, 0.5], [3, 1]));
    const own = optimizer();
    const step = (x: tf.Tensor, y: tf.Tensor) =>
      own.minimize(() => tf.losses.meanSquaredError(y, tf.matMul(x, weights)).asScalar(), true, [weights])!;
    const run = compiled ? await compileWith({ threads: 1 }, step, x, y) : step;
    for (let i = 0; i < steps; i += 1) (await run(x, y)).dispose();
    return Float32Array.from(await values(weights));
  };
  return disagreement(await train(false), await train(true));
}

describe('variables of a compiled function', () => {
  it.each([
    ['sgd', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['adam', () => tf.train.adam(0.1)],
    ['rmsprop', () => tf.train.rmsprop(0.05, 0.9, 0.5, undefined, true)],
    ['adagrad', () => tf.train.adagrad(0.1)],
    ['adamax', () => tf.train.adamax(0.1)],
  ] as const)('are trained by tf.train.%s as without compiling', async (_, optimizer) => {
    expect(await trainedBothWays(optimizer, 6)).toBeLessThan(1e-5);
  });

  it('are apart although one was copied from the other', async () => {
    const net = tf.variable(tf.tensor1d([1, 2]));
    const target = tf.variable(tf.tensor1d([0, 0]));
    // Both hold the same data now.
    target.assign(net);
    const compiled = await compile(() => {
      net.assign(tf.mul(net, 2));
      return tf.add(net, target);
    });
    expect(await values(await compiled())).toEqual([3, 6]);
    expect(await values(await compiled())).toEqual([5, 10]);
    expect(await values(target)).toEqual([1, 2]);
    await compiled.dispose();
  });

  it('hold their values, and no tensor is left, after a recording and after a failed one', async () => {
    const weights = tf.variable(tf.tensor1d([1, 2]));
    const shared = weights.clone();
    const constant = tf.tensor1d([3, 4]);
    const alias = constant.clone();
    const optimizer = tf.train.momentum(0.1, 0.9);
    const count = (): number => tf.memory().numTensors;
    const before = count();
    const loss = (): tf.Scalar => tf.sum(tf.mul(weights, constant)).asScalar();
    await (await compile(() => optimizer.minimize(loss, true)!)).dispose();
    // The momentum that the optimizer made.
    expect(count() - before).toBe(1);
    const failing = () => {
      weights.assign(tf.mul(weights, constant));
      throw new Error('on purpose');
    };
    await expect(compile(failing)).rejects.toThrow('on purpose');
    expect(count() - before).toBe(1);
    expect(await values(weights)).toEqual([1, 2]);
    shared.dispose();
    alias.dispose();
    expect(await values(weights)).toEqual([1, 2]);
    expect(await values(constant)).toEqual([3, 4]);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('may not be made from what only a run knows', async () => {
    await expect(compile((x: tf.Tensor) => tf.variable(tf.mul(x, 2)).clone(), tf.scalar(1))).rejects.toThrow(
      'from values that only a run knows',
    );
  });

  it('may not be assigned in a step of a program', async () => {
    const total = tf.variable(tf.scalar(5), true, 'total');
    const specs = { inputs: {}, settings: {}, constants: {} };
    const step = ({ state }: { state: Readonly<Record<string, tf.Tensor>> }) => {
      total.assign(tf.add(total, 1));
      return { state, outputs: {} };
    };
    const program = { name: 'counter', state: {}, ...specs, step };
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(
      /"counter".*assigned the variable "total"/,
    );
    expect(await values(total)).toEqual([5]);
  });
});

describe('random numbers of a compiled function', () => {
  const x = tf.ones([4, 3]);
  it.each([
    ['dropout', () => tf.dropout(x, 0.5)],
    ['randomNormal', () => tf.randomNormal([2])],
    ['randomUniform', () => tf.randomUniform([2])],
    ['truncatedNormal', () => tf.truncatedNormal([2])],
    ['multinomial', () => tf.multinomial(tf.tensor1d([0.5, 0.5]), 3)],
  ] as const)('tf.%s is refused by name', async (name, f) => {
    const { random } = Math;
    await expect(compile(f)).rejects.toThrow(RandomWhileRecordingError);
    await expect(compile(f)).rejects.toThrow(`tf.${name} without a seed was called while`);
    expect(Math.random).toBe(random);
  });

  it('Math.random is refused', async () => {
    await expect(compile(() => tf.scalar(Math.random()))).rejects.toThrow('Math.random() was called while');
  });

  it('a seed of TensorFlow.js gives the same numbers as without compiling', async () => {
    const f = () => tf.dropout(x, 0.5, undefined, 7);
    const compiled = await compile(f);
    expect(await values(await compiled())).toEqual(await values(f()));
    await compiled.dispose();
  });

  it('differ from run to run, and are the same for the same seed', async () => {
    const f = () => [randomUniform([500], 2, 4), randomNormal([2000], 1, 3), dropout(tf.ones([1000]), 0.25)];
    const draw = async (seed: number): Promise<number[][][]> => {
      const compiled = await compileWith({ seed, threads: 1 }, f);
      const runs = [await compiled(), await compiled()];
      await compiled.dispose();
      return Promise.all(runs.map((run) => Promise.all(run.map(values))));
    };
    const [first, second] = await draw(3);
    expect(first).not.toEqual(second);
    expect(await draw(3)).toEqual([first, second]);
    expect((await draw(4))[0]).not.toEqual(first);
    const [uniform = [], normal = [], dropped = []] = first!;
    const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b) / numbers.length;
    // Four standard errors: 2 / sqrt(12 * 500), 3 / sqrt(2000), sqrt(1 / 3 / 1000), and 9 sqrt(2 / 2000) of the variance.
    expect(Math.abs(mean(uniform) - 3)).toBeLessThan(4 * 0.026);
    expect(uniform.every((value) => value >= 2 && value < 4)).toBe(true);
    expect(Math.abs(mean(normal) - 1)).toBeLessThan(4 * 0.067);
    expect(Math.abs(mean(normal.map((value) => (value - 1) ** 2)) - 9)).toBeLessThan(4 * 0.285);
    expect(new Set(dropped)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(Math.abs(mean(dropped) - 1)).toBeLessThan(4 * 0.018);
  });

  it('dropout is refused outside of [0, 1)', () => {
    expect(() => dropout(x, 1)).toThrow('rate is 1; expected a number in [0, 1).');
  });
});

describe('symbols', () => {
  it('of an earlier recording are refused', async () => {
    let kept: tf.Tensor | undefined;
    const first = await compile((x: tf.Tensor) => (kept = tf.keep(tf.mul(x, 2))).clone(), tf.scalar(1));
    await first.dispose();
    await expect(compile((x: tf.Tensor) => tf.add(x, kept!), tf.scalar(1))).rejects.toThrow(StaleSymbolError);
    expect(() => kept!.dataSync()).toThrow(StaleSymbolError);
  });
});

describe('toOnnx', () => {
  it('writes a model that ONNX Runtime runs by itself', async () => {
    const model = await toOnnx(({ x }: { x: tf.Tensor }) => [tf.matMul(x, tf.tensor2d([1, 2, 3, 4], [2, 2]))], {
      x: tf.zeros([1, 2]),
    });
    const session = await InferenceSession.create(model);
    expect(session.inputNames).toEqual(['arguments/0/x']);
    const { 'results/0': y } = await session.run({ 'arguments/0/x': new Tensor(Float32Array.of(1, 10), [1, 2]) });
    // 1 * [1, 2] + 10 * [3, 4]
    expect(y!.data).toEqual(Float32Array.of(31, 42));
    await session.release();
  });
});

describe('registerKernel', () => {
  it('supplies a kernel, also after the first recording', async () => {
    const tripled = (x: tf.Tensor): tf.Tensor => tf.engine().runKernel('TripleForTest', { x });
    await compile(() => tf.scalar(1)).then((compiled) => compiled.dispose());
    registerKernel('TripleForTest', ({ recorder, inputs }) => {
      const x = inputs['x']!;
      const name = recorder.graph.emit('Mul', [recorder.operand(x), recorder.scalar(3, x.dtype)]);
      return recorder.node(name, x.shape, x.dtype);
    });
    const compiled = await compile(tripled, tf.tensor1d([0, 0]));
    expect(await values(await compiled(tf.tensor1d([1, 5])))).toEqual([3, 15]);
    await compiled.dispose();
  });
});

describe('gradients that TensorFlow.js computes wrongly or not at all', () => {
  // Of a linear function f, the gradient g of sum(w f(x)) has sum(g x) = sum(w f(x)).
  it.each([
    ['resizeBilinear', (x: tf.Tensor) => tf.image.resizeBilinear(x as tf.Tensor4D, [5, 7])],
    ['resizeBilinear by centers', (x: tf.Tensor) => tf.image.resizeBilinear(x as tf.Tensor4D, [2, 7], false, true)],
    ['resizeNearestNeighbor', (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 3], true)],
  ] as const)('%s of images that are not square is the transposed map', async (_, f) => {
    const given = tf.tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i)),
      [1, 3, 4, 2],
    );
    const compiled = await compile((x: tf.Tensor) => {
      const weighted = (x: tf.Tensor): tf.Tensor => {
        const y = f(x);
        return tf.mul(
          y,
          tf.tensor(
            Float32Array.from({ length: y.size }, (_, i) => Math.cos(i)),
            y.shape,
          ),
        );
      };
      return [tf.sum(tf.mul(tf.grad((x) => tf.sum(weighted(x)))(x), x)), tf.sum(weighted(x))];
    }, given);
    const [byGradient, value] = await Promise.all((await compiled(given)).map(values));
    expect(byGradient![0]).toBeCloseTo(value![0]!, 4);
    expect(Math.abs(value![0]!)).toBeGreaterThan(0.01);
    await compiled.dispose();
  });

  it('einsum has one, equal to that of products and sums', async () => {
    const a = tf.tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(2 * i)),
      [2, 3, 4],
    );
    const b = tf.tensor(
      Float32Array.from({ length: 20 }, (_, i) => Math.cos(2 * i)),
      [5, 4],
    );
    const square = (y: tf.Tensor): tf.Tensor => tf.sum(tf.square(y));
    const byEinsum = tf.grads((a, b) => square(tf.einsum('bij,kj->bik', a, b)));
    const byMatMul = tf.grads((a, b) => square(tf.matMul(tf.reshape(a, [6, 4]), b, false, true)));
    const compiled = await compile((a: tf.Tensor, b: tf.Tensor) => byEinsum([a, b]), a, b);
    const found = await compiled(a, b);
    const expected = byMatMul([a, b]);
    for (const [i, gradient] of found.entries())
      expect(
        disagreement(Float32Array.from(await values(expected[i]!)), Float32Array.from(await values(gradient))),
      ).toBeLessThan(2e-6);
    await compiled.dispose();
  });
});
