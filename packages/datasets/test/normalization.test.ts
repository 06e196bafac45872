import { describe, expect, it } from 'vitest';
import { normalizationOf } from '../src/index.js';
import { normalizationReference } from './reference/normalization.js';

describe('normalizationOf', () => {
  it('is the mean and the deviation as fractions of 255', () => {
    // mean (0 + 255) / 2 / 255 = 1/2, deviation 1/2
    expect(normalizationOf(Uint8Array.of(0, 255))).toEqual({ mean: 0.5, deviation: 0.5 });
    expect(normalizationOf(Uint8Array.of(51))).toEqual({ mean: 0.2, deviation: 0 });
  });

  it.each([1, 32767, 32768, 32769, 100_003])('agrees with the two-pass reference for %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * index * 31 + index) % 251);
    const { mean, deviation } = normalizationOf(bytes);
    const reference = normalizationReference(bytes);
    expect(Math.abs(mean - reference.mean)).toBeLessThanOrEqual(1e-12 * reference.mean);
    expect(Math.abs(deviation - reference.deviation)).toBeLessThanOrEqual(1e-12 * reference.deviation);
  });

  it('does not overflow when every byte is 255', () => {
    expect(normalizationOf(new Uint8Array(1 << 20).fill(255))).toEqual({ mean: 1, deviation: 0 });
  });
});
