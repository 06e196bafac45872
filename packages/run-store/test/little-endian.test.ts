import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromLittleEndian, toLittleEndian, type NumberArray } from '../src/little-endian.js';

const machine = vi.hoisted(() => ({ order: 'LE' }));
vi.mock('node:os', () => ({ endianness: () => machine.order }));
afterEach(() => {
  machine.order = 'LE';
});

const CASES: readonly [NumberArray, string][] = [
  [Float32Array.of(1, -2.5), '0000803f000020c0'],
  [Float64Array.of(1), '000000000000f03f'],
  [Int32Array.of(1, -2), '01000000feffffff'],
  [Uint32Array.of(0x01020304), '04030201'],
  [Uint8Array.of(1, 2, 255), '0102ff'],
];

describe('little-endian bytes', () => {
  it.each(CASES)('of %o are %s', (values, hex) => {
    expect(toLittleEndian(values).toString('hex')).toBe(hex);
  });

  it('of a part of an array are only those of the part', () => {
    expect(toLittleEndian(Int32Array.of(1, 2, 3).subarray(1, 2)).toString('hex')).toBe('02000000');
  });

  it('are read into an array of its own, at any position in memory', () => {
    const memory = Buffer.from('ff0000803f000020c0ff', 'hex');
    const values = fromLittleEndian(Float32Array, memory.subarray(1, 9));
    memory.fill(0);
    expect(values).toEqual(Float32Array.of(1, -2.5));
    expect(values.buffer.byteLength).toBe(8);
  });

  // This machine's bytes are in the order that another's would have to turn round.
  it.each(CASES)('of %o are turned round on a big-endian machine, and the values are left alone', (values, hex) => {
    machine.order = 'BE';
    const before = values.slice();
    const width = values.BYTES_PER_ELEMENT;
    const turned = Buffer.from(hex, 'hex');
    for (let start = 0; start < turned.length; start += width) turned.subarray(start, start + width).reverse();
    expect(toLittleEndian(values).toString('hex')).toBe(turned.toString('hex'));
    expect(values).toEqual(before);
    if (values instanceof Float32Array) expect(fromLittleEndian(Float32Array, turned)).toEqual(values);
    if (values instanceof Float64Array) expect(fromLittleEndian(Float64Array, turned)).toEqual(values);
    if (values instanceof Int32Array) expect(fromLittleEndian(Int32Array, turned)).toEqual(values);
    if (values instanceof Uint32Array) expect(fromLittleEndian(Uint32Array, turned)).toEqual(values);
    if (values instanceof Uint8Array) expect(fromLittleEndian(Uint8Array, turned)).toEqual(values);
  });
});
