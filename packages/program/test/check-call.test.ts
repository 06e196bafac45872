import { describe, expect, it } from 'vitest';
import { dataTypeOf } from '../src/check-call.js';
import { checkArrays, checkCall, sizeOf, type Call, type Program } from '../src/index.js';

const program: Program = {
  name: 'sample',
  state: { sum: { shape: [2, 3], dtype: 'float32' } },
  inputs: { indices: { shape: [4], dtype: 'int32' } },
  settings: { rate: { shape: [], dtype: 'float32' } },
  constants: { images: { shape: [5], dtype: 'uint8' } },
  step: ({ state }) => ({ state, outputs: {} }),
};

const call: Call = {
  steps: 2,
  state: { sum: new Float32Array(6) },
  inputs: { indices: new Int32Array(8) },
  settings: { rate: new Float32Array(1) },
};

describe('the values of a call', () => {
  it('are accepted where every array has the type and size of its spec', () => {
    expect(() => checkCall(program, call)).not.toThrow();
    expect(() => checkArrays(program, 'constants', { images: new Uint8Array(5) })).not.toThrow();
  });

  it.each<[string, Partial<Call>, string]>([
    ['a missing array', { state: {} }, 'sample: state "sum" is missing; expected float32 with 6 values, shape [2,3]'],
    [
      'an array of another type',
      { settings: { rate: new Int32Array(1) } },
      'sample: settings "rate" is int32 with 1 values; expected float32 with 1 values, shape []',
    ],
    [
      'inputs of one step where there are two',
      { inputs: { indices: new Int32Array(4) } },
      'sample: inputs "indices" is int32 with 4 values; expected int32 with 8 values, shape [2,4]',
    ],
    ['no step', { steps: 0 }, 'sample: steps must be a positive integer; found 0'],
    ['half a step', { steps: 1.5 }, 'sample: steps must be a positive integer; found 1.5'],
  ])('are refused with %s', (_, change, message) => {
    expect(() => checkCall(program, { ...call, ...change })).toThrow(message);
  });
});

it('a shape holds the product of its lengths, a scalar one number', () => {
  expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([5, 0])]).toEqual([24, 1, 0]);
});

it('an array is of the type that its values are stored in', () => {
  expect([new Float32Array(), new Int32Array(), new Uint8Array()].map(dataTypeOf)).toEqual([
    'float32',
    'int32',
    'uint8',
  ]);
});
