import { squares, type Observable } from './observable.js';

/** `|theta|^2` before the update, from the origin: what the law of balance and the angle a step set the noise against. */
export const parametersSquared: Observable = {
  name: 'parametersSquared',
  meaning: '|theta|^2 before the update; law of balance, angle a step',
  columns: 'tensors',
  measure: ({ parameters }) => squares(parameters),
};
