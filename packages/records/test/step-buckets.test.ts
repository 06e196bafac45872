import { everyPrefix } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { decodeStepBuckets, encodeStepBuckets, type StepBuckets } from '../src/step-buckets.js';

const buckets: StepBuckets = {
  from: 5,
  to: 11,
  width: 4,
  columns: {
    loss: { min: [1, -Infinity], max: [2, Infinity], mean: [1.5, NaN] },
    'näh/er"': { min: [0, 1e-40], max: [0, 3e38], mean: [-0, 0.1] },
  },
};
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

describe('buckets of steps', () => {
  it('are the same after they were encoded, to float32', () => {
    const decoded = decodeStepBuckets(bufferOf(encodeStepBuckets(buckets)));
    expect({ ...decoded, columns: Object.keys(decoded.columns) }).toEqual({
      from: 5,
      to: 11,
      width: 4,
      columns: ['loss', 'näh/er"'],
    });
    for (const [name, column] of Object.entries(buckets.columns))
      for (const part of ['min', 'max', 'mean'] as const)
        expect(decoded.columns[name]?.[part]).toEqual(Float32Array.from(column[part]));
  });

  it('of no steps or no columns are encoded too', () => {
    const empty = { from: 3, to: 3, width: 1, columns: { loss: { min: [], max: [], mean: [] } } };
    expect(decodeStepBuckets(bufferOf(encodeStepBuckets(empty))).columns['loss']?.min).toHaveLength(0);
    expect(decodeStepBuckets(bufferOf(encodeStepBuckets({ ...empty, columns: {} }))).columns).toEqual({});
  });

  it('are floats that any reader finds where the text says', () => {
    const bytes = encodeStepBuckets(buckets);
    const view = new DataView(bytes.buffer);
    const floats = 4 + view.getUint32(0, true);
    expect(floats % 4).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(4, floats)))).toMatchObject({ buckets: 2 });
    expect([0, 1, 2].map((index) => view.getFloat32(floats + 4 * index, true))).toEqual([1, -Infinity, 2]);
  });

  it('that are cut or foreign are refused', () => {
    for (const prefix of everyPrefix(encodeStepBuckets(buckets)))
      expect(() => decodeStepBuckets(bufferOf(prefix))).toThrow(RangeError);
    for (const text of ['', '{"error":"no"}', '\u0004\0\0\0null'])
      expect(() => decodeStepBuckets(bufferOf(new TextEncoder().encode(text)))).toThrow(RangeError);
  });
});
