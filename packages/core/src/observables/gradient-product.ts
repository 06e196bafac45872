import { products, type Observable } from './observable.js';

/**
 * `g_t . g_(t-1)`, the products of successive mini-batch gradients, of which Pflug's test takes the sum: positive on the way to a minimum,
 * negative on average around it. 0 at the first step.
 *
 * Source: Pflug 1990; Chee and Toulis, AISTATS 2018.
 */
export const gradientProduct: Observable = {
  name: 'gradientProduct',
  meaning: 'grad f^B of this step and the last, multiplied (Pflug)',
  columns: 'total',
  remembers: 'previousGradient',
  measure: ({ gradients, previousGradients }) => products(gradients, previousGradients),
};
