import type { Program } from '@fdr/program';
import { describe, expect, it } from 'vitest';
import { concatResults, sameBits, sliceCall } from '../src/call.js';
import { feeds } from '../src/feeds.js';

describe('a slice of a call', () => {
  const call = {
    steps: 4,
    state: { count: Float32Array.of(0) },
    inputs: { indices: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7), weights: Float32Array.of(10, 11, 12, 13) },
    settings: { learningRate: Float32Array.of(0.1) },
  };
  const state = { count: Float32Array.of(1) };

  it('has the inputs of its steps, each of its own size, and the settings of the call', () => {
    expect(sliceCall(call, 1, 3, state)).toEqual({
      steps: 2,
      state,
      inputs: { indices: Int32Array.of(2, 3, 4, 5), weights: Float32Array.of(11, 12) },
      settings: call.settings,
    });
  });

  it('copies no inputs', () => {
    const { inputs } = sliceCall(call, 1, 3, state);
    expect(inputs['indices']?.buffer).toBe(call.inputs.indices.buffer);
    expect(inputs['weights']?.buffer).toBe(call.inputs.weights.buffer);
  });
});

describe('two concatenated results', () => {
  it('have the outputs of both, in their order, and the state of the second', () => {
    const first = { state: { x: Float32Array.of(1) }, outputs: { loss: Float32Array.of(5, 4) } };
    const second = { state: { x: Float32Array.of(2) }, outputs: { loss: Float32Array.of(3) } };
    expect(concatResults(first, second)).toEqual({
      state: { x: Float32Array.of(2) },
      outputs: { loss: Float32Array.of(5, 4, 3) },
    });
  });
});

describe('two results have the same bits', () => {
  const result = (x: number, y = 0) => ({ state: { x: Float32Array.of(1, x) }, outputs: { y: Float32Array.of(y) } });

  it('if every state and every output has, NaN too', () => {
    expect(sameBits(result(NaN), result(NaN))).toBe(true);
  });

  it.each([
    ['a state differs in its last bit', result(1), result(1 + 2 ** -23)],
    ['a state is zero in one and negative zero in the other', result(0), result(-0)],
    ['an output differs', result(1, 2), result(1, 3)],
    ['a state is missing', result(1), { ...result(1), state: {} }],
  ])('unless %s', (_, one, other) => {
    expect(sameBits(one, other)).toBe(false);
  });
});

describe('what ONNX Runtime is fed with', () => {
  it("is the caller's own memory: constants are not copied", () => {
    const images = new Uint8Array(6);
    const program: Program = {
      name: 'constant',
      state: {},
      inputs: {},
      settings: {},
      constants: { images: { shape: [2, 3], dtype: 'uint8' } },
      step: () => ({ state: {}, outputs: {} }),
    };
    expect(feeds(program, 'constants', { images })['constants/images']?.data).toBe(images);
  });
});
