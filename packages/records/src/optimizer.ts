import { numberOption, kindSchema, type KindConfig, type OptionTable, type OptionValues } from './options.js';

const UNIT = { min: 0, below: 1 };

const momentOptions = {
  beta1: numberOption('beta1', UNIT, 0.9, 'decay rate of the mean gradient'),
  beta2: numberOption('beta2', UNIT, 0.999, 'decay rate of the mean squared gradient'),
  // Smaller ones vanish in float32 beside the correction, and a gradient of zero would be divided by zero.
  epsilon: numberOption('epsilon', { min: 1e-30, max: 1 }, 1e-8, 'added to the denominator of a step'),
};

/** Options of the built-in optimizers: range, default and meaning of each, for factory, configuration, flags and page alike. */
export const OPTIMIZER_OPTIONS = {
  sgd: {
    momentum: numberOption('mu', UNIT, 0, 'momentum factor'),
    dampening: numberOption('nu', UNIT, 0, 'dampening of the gradient that enters the velocity'),
  },
  adam: momentOptions,
  amsgrad: momentOptions,
  'schedule-free': {
    interpolation: numberOption(
      'beta',
      { above: 0, below: 1 },
      0.9,
      'weight of the mean at the point where gradients are taken',
    ),
    warmupSteps: numberOption(
      'n',
      { min: 0, max: 1e7, integer: true },
      0,
      'steps over which the learning rate rises to eta',
    ),
  },
  dog: {
    initialMovement: numberOption(
      'r',
      { min: 1e-12, max: 1 },
      1e-6,
      'length of the first step over 1 + |theta|, about',
    ),
  },
  prodigy: {
    ...momentOptions,
    initialDistance: numberOption('d', { min: 1e-12, max: 1 }, 1e-6, 'first estimate of the distance to the solution'),
  },
} as const satisfies Readonly<Record<string, OptionTable>>;

/** A built-in optimizer's name. */
export type OptimizerKind = keyof typeof OPTIMIZER_OPTIONS;
/** The options of one built-in optimizer, every one of them. */
export type OptimizerOptions<Kind extends OptimizerKind> = OptionValues<(typeof OPTIMIZER_OPTIONS)[Kind]>;

/** Which optimizer a run has, and every option of it: `{ kind: 'sgd', momentum: 0.9, dampening: 0 }`. */
export const optimizerConfig = kindSchema(OPTIMIZER_OPTIONS);
/** See {@link optimizerConfig}. */
export type OptimizerConfig = KindConfig<typeof OPTIMIZER_OPTIONS>;
