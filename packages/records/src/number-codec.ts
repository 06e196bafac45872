import { z } from 'zod';

const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;

/**
 * Any double, the ones JSON cannot spell included: NaN and the infinities stand as the strings `"NaN"`,
 * `"Infinity"`, `"-Infinity"`. `parse` (decode) gives numbers, `z.encode` gives what JSON can carry.
 */
export const anyNumber = z.codec(
  z.union([z.number(), z.literal(NOT_FINITE)]),
  z.union([z.number(), z.nan(), z.literal(Infinity), z.literal(-Infinity)]),
  {
    decode: (spelled) => Number(spelled),
    encode: (value) => (Number.isFinite(value) ? value : (String(value) as (typeof NOT_FINITE)[number])),
  },
);
