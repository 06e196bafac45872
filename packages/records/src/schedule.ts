import {
  choiceOption,
  numberOption,
  kindSchema,
  type KindConfig,
  type OptionTable,
  type OptionValues,
} from './options.js';

const FRACTION = { above: 0, below: 1 };
const COUNT = { min: 1, max: 1_000_000, integer: true };

const minimumLearningRate = numberOption('eta', { min: 0, max: 1e12 }, 0, 'lower bound of the learning rate');
const threshold = numberOption('X', FRACTION, 0.01, 'lower the learning rate when the ratio is within X of 1');
const decay = numberOption('Y', FRACTION, 0.1, 'multiply the learning rate by 1 - Y when it is lowered');
const balance = choiceOption(
  'scope',
  ['total', 'layers'],
  'whose ratio counts, that of all layers in total or that of the slowest layer',
);

/** Options of the built-in schedules: range, default and meaning of each, for factory, configuration, flags and page alike. */
export const SCHEDULE_OPTIONS = {
  equilibrium: {
    threshold,
    decay,
    balance,
    minimumSteps: numberOption(
      'n',
      { min: 0, max: 1e12, integer: true },
      0,
      'fewest steps that the ratio must be averaged over',
    ),
    passes: numberOption('n', COUNT, 1, 'epochs in a row that must end within the threshold'),
    minimumLearningRate,
  },
  step: {
    everyEpochs: numberOption('n', COUNT, 100, 'epochs between two drops'),
    divisor: numberOption('d', { above: 1, max: 1e12 }, 10, 'divide the learning rate by d at each drop'),
    minimumLearningRate,
  },
  constant: {},
  cosine: { minimumLearningRate },
  linear: {},
  wsd: {
    decayFraction: numberOption(
      'f',
      { above: 0, max: 1 },
      0.2,
      'part of the training, at its end, in which the learning rate falls to 0',
    ),
  },
  cooldown: { threshold },
  stationary: {
    tolerance: numberOption(
      'delta',
      FRACTION,
      0.1,
      'lower the learning rate when the gap of FDR1 is surely within delta of 0',
    ),
    significance: numberOption(
      'alpha',
      { above: 0, max: 0.5 },
      0.05,
      'chance of lowering it too early, over all looks at one rate',
    ),
    decay,
    balance,
    minimumLearningRate,
  },
  plateau: {
    patience: numberOption(
      'n',
      { ...COUNT, min: 0 },
      10,
      'epochs without a lower training loss that are tolerated before a drop',
    ),
    factor: numberOption('f', FRACTION, 0.1, 'multiply the learning rate by f at each drop'),
    improvement: numberOption(
      'p',
      { min: 0, below: 1 },
      1e-4,
      'fraction by which the best training loss must be beaten',
    ),
    minimumLearningRate,
  },
} as const satisfies Readonly<Record<string, OptionTable>>;

/** A built-in schedule's name. */
export type ScheduleKind = keyof typeof SCHEDULE_OPTIONS;
/** The options of one built-in schedule, every one of them. */
export type ScheduleOptions<Kind extends ScheduleKind> = OptionValues<(typeof SCHEDULE_OPTIONS)[Kind]>;

/** Which schedule a run has, and every option of it: `{ kind: 'step', everyEpochs: 100, divisor: 10, minimumLearningRate: 0 }`. */
export const scheduleConfig = kindSchema(SCHEDULE_OPTIONS);
/** See {@link scheduleConfig}. */
export type ScheduleConfig = KindConfig<typeof SCHEDULE_OPTIONS>;
