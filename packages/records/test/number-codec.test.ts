import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anyNumber } from '../src/index.js';

describe('anyNumber', () => {
  it.each([0, -0, 1.5, -1e308, 5e-324, NaN, Infinity, -Infinity])('carries %s through JSON', (value) => {
    const text = JSON.stringify(z.encode(anyNumber, value));
    expect(anyNumber.parse(JSON.parse(text))).toBe(Object.is(value, -0) ? 0 : value);
  });

  it.each(['1', 'nan', null, undefined, {}, [], true])('refuses %s', (value) => {
    expect(anyNumber.safeParse(value).success).toBe(false);
  });
});
